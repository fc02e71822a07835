"""Cuts the declared suffix, such as the name of the site, from titles."""

from corpuskit.provenance import Source
from corpuskit.readers.records import Edit
from corpuskit.transforms.drafts import Draft


def cut_suffix(draft: Draft, source: Source) -> Draft:
    """The draft without the source's `title_suffix` at the end of its title."""
    title, suffix = draft.fields.get("title"), source.title_suffix
    if not isinstance(title, str) or not suffix or not title.endswith(suffix):
        return draft
    kept = title[: -len(suffix)].rstrip()
    if not kept:
        return draft
    start = len(kept.encode())
    edit = Edit("title-suffix", "title", start, title.encode()[start:], b"")
    return draft._replace(fields=draft.fields | {"title": kept}, edits=(*draft.edits, edit))
