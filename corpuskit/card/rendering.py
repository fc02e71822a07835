"""Renders README.md, LICENSE and NOTICE.md from the manifest: every number computed, every value inert."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from corpuskit import resources
from corpuskit.card import markdown
from corpuskit.card.front_matter import dump, front_matter, ordered, ordered_configs
from corpuskit.languages import language_name
from corpuskit.licenses import is_unknown, license_ids, license_url
from corpuskit.partitions import DEFAULT


@cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.folder("cards")),
        undefined=jinja2.StrictUndefined,
        # Markdown, not HTML: every value goes through a filter of corpuskit.card.markdown.
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in ("visible", "inert", "prose", "code", "link", "number", "size"):
        environment.filters[name] = getattr(markdown, name)
    environment.filters["language"] = language_name
    environment.filters["licenses"] = _licenses
    environment.filters["type"] = _type
    return environment


def _licenses(expression: str) -> str:
    """A licence expression with a link at each id."""
    shown = markdown.inert(expression)
    for identifier in sorted(license_ids(expression), key=len, reverse=True):
        name, url = markdown.inert(identifier), license_url(identifier)
        if url and len(license_ids(expression)) == 1:
            shown = shown.replace(name, f"[{name}]({url})")
    return shown


def _type(feature: Mapping[str, Any]) -> str:
    """A column's type in words."""
    if "dtype" in feature:
        return str(feature["dtype"])
    if "list" in feature:
        inner = feature["list"]
        return f"list of {inner if isinstance(inner, str) else 'struct' if isinstance(inner, list) else _type(inner)}"
    return "struct of " + ", ".join(member["name"] for member in feature["struct"])


def _render(template: str, manifest: Mapping[str, Any]) -> str:
    text = _environment().get_template(template).render(m=_complete(manifest), **_derived(manifest))
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


# What a curator may leave unsaid: null in the templates, so that a misspelt name there is still an error.
_OPTIONAL = {
    "corpus": ("pretty_name", "description", "homepage", "authors", "citation", "contact", "released", "languages"),
    "card": ("personal_data", "removal_contact"),
    "sources": (
        "publisher", "homepage", "license_url", "license_evidence", "language", "collected", "collection", "terms",
    ),
    "split_rule": ("given",),
}  # fmt: skip


def _complete(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with every optional key."""
    optional = {name: dict.fromkeys(keys) for name, keys in _OPTIONAL.items()}
    sources = [optional["sources"] | source for source in manifest["sources"]]
    tables = {name: optional[name] | manifest[name] for name in ("corpus", "card", "split_rule")}
    return {**manifest, **tables, "sources": sources}


def _derived(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates need and the manifest says less directly."""
    data = [entry for entry in manifest["files"] if entry["role"] == "data"]
    authors = [a if isinstance(a, str) else a["name"] for a in manifest["corpus"].get("authors", [])]
    return {
        "title": manifest["corpus"].get("pretty_name", manifest["name"]),
        "folder": f"{manifest['name']}-{manifest['version']}",
        "data_files": len(data),
        "data_bytes": sum(entry["bytes"] for entry in data),
        "splits": {split: rows for split, rows in ordered(manifest["configs"]["default"]) if rows},
        "configs": [name for name in ordered_configs(manifest) if name != DEFAULT],
        "authors": authors,
        "unknown_terms": any(map(is_unknown, manifest["statistics"]["licenses"])),
        "license_links": list(filter(None, map(license_url, license_ids(manifest["corpus"]["license"])))),
        "edits": _edits(manifest["edits"]),
        "input_bytes": sum(item["bytes"] for item in manifest["inputs"]),
    }


def _edits(by_source: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, int]:
    """How many edits each transform made, over all sources."""
    counts: Counter[str] = Counter()
    for transforms in by_source.values():
        counts.update({name: told["edits"] for name, told in transforms.items()})
    return dict(sorted(counts.items()))


def render_card(manifest: Mapping[str, Any]) -> str:
    """README.md: YAML head and body."""
    return dump(front_matter(manifest)) + "\n" + _render("card.md.jinja", manifest)


def render_license(manifest: Mapping[str, Any]) -> str:
    """LICENSE: the licence of the compilation, and that each article keeps its own."""
    return _render("license.txt.jinja", manifest)


def render_notice(manifest: Mapping[str, Any]) -> str:
    """NOTICE.md: whom to credit for each source, and under which terms."""
    return _render("notice.md.jinja", manifest)
