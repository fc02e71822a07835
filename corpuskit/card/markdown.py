"""Makes data inert in Markdown: text that is shown, and can neither format, link nor run."""

import re
import unicodedata
from typing import Any

# What can start markup anywhere in a line, in CommonMark and in GitHub's tables.
_ACTIVE = re.compile(r"([\\`*_\[\]#|~!])")
# What Markdown would read as a character reference, also inside the target of a link.
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LIST_START = re.compile(r"^([-+=]|\d+(?=[.)](\s|$)))")


def visible(value: Any) -> str:
    """A value as one line of plain text, with control characters and what hides or reverses others as escapes."""
    return "".join(map(_shown, str(value)))


def inert(value: Any) -> str:
    """A value as one line of Markdown that shows exactly its characters, as `visible` does."""
    text = visible(value).strip(" ")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LIST_START.sub(_escaped_start, _ACTIVE.sub(r"\\\1", text))


def _escaped_start(match: re.Match[str]) -> str:
    return match[0] + "\\" if match[0][0].isdigit() else "\\" + match[0]


def _shown(character: str) -> str:
    if character in "\n\r\t":
        return " "
    # Control and format characters: ESC, C1, and what reverses the direction of a line.
    return (
        f"\\u{ord(character):04x}"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else character
    )


def prose(value: Any) -> str:
    """The curator's words as paragraphs; line breaks inside a paragraph are kept as spaces."""
    paragraphs = re.split(r"\n\s*\n", str(value).strip())
    return "\n\n".join(inert(" ".join(p.split())) for p in paragraphs if p.strip())


def code(value: Any) -> str:
    """A value as inline code."""
    text = visible(value).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def link(url: str | None, text: str | None = None) -> str:
    """A link where the URL is http or https, else the text alone."""
    shown = inert(text if text is not None else url or "")
    if url is None or not re.fullmatch(r"https?://[^\s<>()|\\\"'`]+", url) or visible(url) != url:
        return shown if text is None or url is None else f"{shown} ({inert(url)})"
    return f"[{shown}]({_ENTITY.sub('&amp;', url)})"


def number(value: int) -> str:
    """An integer with thousands separators."""
    return f"{value:,}"


def size(value: int) -> str:
    """Bytes for people, in powers of 1000."""
    amount = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
