"""What a release says of itself in files: each document, by its role, as a pure function of the manifest."""

from collections.abc import Callable, Mapping
from typing import Any

from corpuskit import layout
from corpuskit.card import render_card, render_license, render_notice
from corpuskit.citation import render_citation
from corpuskit.croissant import render_croissant

Manifest = Mapping[str, Any]

# For each role in the manifest, what renders the text of its only file, None where there is nothing to say.
_SINGLE: dict[str, tuple[str, Callable[[Manifest], str | None]]] = {
    "license": (layout.LICENSE, render_license),
    "notice": (layout.NOTICE, render_notice),
    "citation": (layout.CITATION, render_citation),
    "croissant": (layout.CROISSANT, render_croissant),
    "card": (layout.README, render_card),
}
ROLES = frozenset(_SINGLE)


def render_documents(manifest: Manifest) -> dict[str, tuple[str, str]]:
    """Role and text of every document of a release, by path; none of them hangs on another."""
    files = [entry for entry in manifest["files"] if entry["role"] not in ROLES]
    facts = {**manifest, "files": files}
    rendered = ((path, role, render(facts)) for role, (path, render) in _SINGLE.items())
    return {path: (role, text) for path, role, text in rendered if text is not None}
