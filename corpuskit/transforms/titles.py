"""Cuts the name of the site from the end of titles, where it is declared or most titles end in it."""

import re

from corpuskit.provenance import Source
from corpuskit.readers.records import Edit, Problem
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.learning.repeats import Repeats
from corpuskit.transforms.learning.suffixes import squeezed, suffix_of

_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def cut_suffix(draft: Draft, source: Source, repeats: Repeats) -> Draft:
    """The draft without its source's suffix at the end of its title; what only looks like one is noted."""
    title = draft.fields.get("title")
    if not isinstance(title, str):
        return draft
    for suffix in (source.title_suffix, repeats.title_suffix):
        if suffix and title.endswith(suffix) and (kept := title[: -len(suffix)].rstrip()):
            start = len(kept.encode())
            edit = Edit("title-suffix", "title", start, title.encode()[start:], b"")
            return draft._replace(fields=draft.fields | {"title": kept}, edits=(*draft.edits, edit))
    found = suffix_of(title)
    if found is not None and (where := _known(*found, draft, repeats)):
        message = f"the title ends in {found[0]!r}, {where}; if it is the name of the site, declare it"
        return draft._replace(notes=(*draft.notes, Problem("title-suffix", message, "/title")))
    return draft


def _known(suffix: str, name: str, draft: Draft, repeats: Repeats) -> str | None:
    """Where else a name stands, in words; None where it does not."""
    bare = squeezed(name)
    if bare in repeats.suffix_names:
        return "a name that the source has elsewhere too"
    if _DOMAIN.fullmatch(name):
        return "the name of a web site"
    if "|" in suffix:
        return "behind a bar, as names of sites stand"
    text = draft.fields.get("text")
    if isinstance(text, str) and bare in squeezed(text):
        return "a name that stands in the text"
    cuts = [edit.removed.decode(errors="replace") for edit in draft.edits if edit.transform == "navigation"]
    return "a name that stands in the navigation" if any(bare in squeezed(cut) for cut in cuts) else None
