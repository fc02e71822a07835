"""Cards that anybody pushed: their head as data, their body as HTML in which nothing runs or loads from elsewhere."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from corpuskit.card import cut_card, foreign_head
from corpuskit.hub.serving import objects
from corpuskit.hub.serving.trees import Entry

_MAX_BYTES = 512 * 1024
_TAG_KEYS = ("language", "license", "size_categories", "task_categories")
_WEB = re.compile(r"https?://[^\s\\\"'<>]+", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# What hides or reverses the characters around it, and what no text holds.
_ACTIVE = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

# From the target of a link to the address that it leads to; None where it leads nowhere.
Address = Callable[[str], str | None]


def head_of(folder: Path, entry: Entry | None) -> dict[str, Any] | None:
    """The YAML head of a card in a repository; None where there is none that can be read."""
    text = text_of(folder, entry)
    if text is None or entry is None:
        return None
    return _head(entry.sha256, text)


# A card is named by its digest, and asked for with every look at its repository.
@lru_cache(maxsize=64)
def _head(_digest: str, text: str) -> dict[str, Any] | None:
    try:
        return foreign_head(text)
    except ValueError:
        return None


def text_of(folder: Path, entry: Entry | None) -> str | None:
    """The text of a card in a repository; None where there is none, or it is too long."""
    if entry is None or entry.size > _MAX_BYTES or not objects.has_object(folder, entry.sha256):
        return None
    return objects.object_path(folder, entry.sha256).read_text(encoding="utf-8", errors="replace")


def tags(head: Mapping[str, Any] | None) -> list[str]:
    """The tags under which the hub lists a card: its own, and `key:value` of some keys."""
    head = head or {}
    own = [str(tag) for tag in _listed(head.get("tags"))]
    return own + [f"{key}:{value}" for key in _TAG_KEYS for value in _listed(head.get(key))]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def body_html(text: str, address: Address) -> str:
    """The body of a card as HTML: text, tables, lists, code, links that `address` gives, images of the repository."""
    try:
        body = cut_card(text)[1]
    except ValueError:
        body = text
    body = _ACTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", body)
    parser = MarkdownIt("commonmark", {"html": True}, renderer_cls=_Inert).enable("table")
    rendered: str = parser.render(body, {"address": address})
    return rendered


class _Inert(RendererHTML):
    """Renders Markdown so that raw HTML is shown as text, and links and images lead where `address` says."""

    def html_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ARG002 - the library's signature
        """Raw HTML as text; comments, which hold the marks of our own blocks, are left out."""
        shown = html.escape(_COMMENT.sub("", tokens[idx].content).strip())
        return f"<p>{shown}</p>\n" if shown else ""

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ARG002 - likewise
        """Raw HTML within a line as text."""
        return html.escape(_COMMENT.sub("", tokens[idx].content))

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:  # noqa: ARG002 - likewise
        """A link where it leads somewhere, else its text alone."""
        target = env["address"](str(tokens[idx].attrGet("href") or ""))
        return (
            "<a>"
            if target is None
            else f'<a href="{html.escape(target)}" rel="nofollow noopener noreferrer">'
        )

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """An image that lies in the repository; of any other its words alone."""
        target = env["address"](str(tokens[idx].attrGet("src") or ""))
        words = html.escape(self.renderInlineAsText(tokens[idx].children or [], options, env))
        # Only what lies on this hub has an address that begins so.
        if target is None or not target.startswith("/"):
            return f"<em>{words or 'image'}</em>"
        return f'<img src="{html.escape(target)}" alt="{words}">'


def web_address(target: str) -> str | None:
    """The target of a link if it leads to the web, or to a heading of the same page."""
    return target if _WEB.fullmatch(target) or re.fullmatch(r"#[\w%-]*", target) else None
