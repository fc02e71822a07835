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


# What Markdown of others must not do in a card. Every rule puts a character reference where markup would start: unlike
# a backslash, nothing that stands before it changes what it means, and CommonMark takes none for structure.
_WEB_LINK = r"https?://[^\s<>()|\\\"'`\[\]]+"
_AUTOLINK = re.compile(rf"<({_WEB_LINK})>")
_GOOD_LINK = re.compile(rf"\]\(({_WEB_LINK})\)")
_CONTAINERS = r"(?m)^((?:[ \t]*(?:>|[-+*](?=[ \t])|[0-9]{1,9}[.)](?=[ \t])))*[ \t]*)"
_HEADING = re.compile(_CONTAINERS + r"(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(_CONTAINERS + r"([=-])(?=[=-]*[ \t]*$)")
_FENCE = re.compile(_CONTAINERS + r"([`~])(?=\2\2)")
# Two spaces at the end of a line break it; no line of a card ends in spaces, so it breaks in the other way.
_BREAK = re.compile(r" {2,}\n(?=[^\n])")
_LEVELS = 3


def answer(text: str) -> str:
    """The curator's own Markdown as it may stand in a card: emphasis, lists, tables, code, and links to the web.

    Headings go three levels down. Raw HTML, and with it the marks of our blocks, shows as its characters; images,
    reference definitions, fences and links to anything but http and https do nothing.
    """
    text = "\n".join("".join(c if c == "\t" else _shown(c) for c in line) for line in text.split("\n"))
    text = _BREAK.sub(r"\\\n", text)
    text = _AUTOLINK.sub(r"[\1](\1)", text).replace("<", "&lt;").replace("![", "&#33;[")
    kept = _GOOD_LINK.sub(lambda match: f"]\0{_ENTITY.sub('&amp;', match[1])})", text)
    kept = kept.replace("](", "]&#40;").replace("]:", "]&#58;").replace("][", "]&#91;").replace("]\0", "](")
    kept = _HEADING.sub(lambda match: match[1] + "#" * min(6, len(match[2]) + _LEVELS), kept)
    for rule in (_UNDERLINE, _FENCE):
        kept = rule.sub(lambda match: f"{match[1]}&#{ord(match[2])};", kept)
    return kept


def python(value: str) -> str:
    """A text as a literal of Python in ASCII, which can end neither its line nor a block of ours."""
    plain = f'"{value}"' if re.fullmatch(r"[\w .:/+-]*", value, re.ASCII) else ascii(value)
    return plain.replace("<", "\\x3c").replace("`", "\\x60")


def code(value: Any) -> str:
    """A value as inline code; one that holds the mark of a block as inert text."""
    if "<!--" in str(value) or "-->" in str(value):
        return inert(value)
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
