"""Renders README.md, LICENSE and NOTICE.md from the manifest: every number computed, every value inert."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from corpuskit import resources
from corpuskit.card import facts, markdown
from corpuskit.card.drawing import counted, percent
from corpuskit.card.figures import figures
from corpuskit.card.front_matter import dump, front_matter, ordered, ordered_configs
from corpuskit.card.snippets import split_check, split_glob
from corpuskit.languages import language_name
from corpuskit.licenses import FORMAL_EDITS, license_ids, license_url
from corpuskit.manifest import edit_counts
from corpuskit.partitions import DEFAULT
from corpuskit.prose import Question, questions
from corpuskit.readers.streams import compression


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
    for name in ("visible", "inert", "prose", "code", "link", "number", "size", "python"):
        environment.filters[name] = getattr(markdown, name)
    environment.filters["percent"] = percent
    environment.filters["counted"] = counted
    environment.filters["stopped"] = facts.stopped
    environment.filters["span"] = facts.span
    environment.filters["known_size"] = _known_size
    environment.filters["lower_first"] = facts.lower_first
    environment.filters["language"] = language_name
    environment.filters["licenses"] = _licenses
    environment.filters["texts"] = _texts
    environment.filters["several"] = _several
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


def _texts(expression: str, own: str | None = None) -> str:
    """Where the texts of an expression's licences stand; `own` is where those are that SPDX does not list."""
    found = [(name, license_url(name) or own) for name in license_ids(expression)]
    return ", ".join(markdown.link(url, name) for name, url in found if url)


_SHOWN = 8


def _several(names: Sequence[str]) -> str:
    """Names as inline code, the first few of many."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(map(markdown.code, names[:_SHOWN])) + more


def _type(feature: Mapping[str, Any]) -> str:
    """A column's type in words."""
    if "dtype" in feature:
        return str(feature["dtype"])
    if "list" in feature:
        inner = feature["list"]
        return f"list of {inner if isinstance(inner, str) else 'struct' if isinstance(inner, list) else _type(inner)}"
    return "struct of " + ", ".join(member["name"] for member in feature["struct"])


def _known_size(value: int | None) -> str:
    """Bytes in a narrow cell, also where nobody counted them."""
    return "not known" if value is None else markdown.size(value).replace(" ", "\N{NO-BREAK SPACE}")


def _render(template: str, manifest: Mapping[str, Any]) -> str:
    text = _environment().get_template(template).render(m=_complete(manifest), **_derived(manifest))
    # Only \n ends a line: what else Unicode takes for an end stands in prose as it is.
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip("\n")
    parts = [part if part.startswith("```") else _BLANKS.sub("\n\n", part) for part in _CODE.split(text)]
    return "".join(parts) + "\n"


# Outside of code one blank line parts as well as many do, and templates leave many.
_CODE = re.compile(r"(?ms)(^```\w*\n.*?^```$)")
_BLANKS = re.compile(r"\n{3,}")


# What a curator may leave unsaid: null in the templates, so that a misspelt name there is still an error.
_OPTIONAL = {
    "corpus": ("pretty_name", "description", "homepage", "authors", "citation", "contact", "released", "languages"),
    "card": ("personal_data", "removal_contact"),
    "sources": (
        "publisher", "homepage", "license_url", "license_evidence", "language", "collected", "collection", "terms",
        "claims", "conditions", "tdm_opt_out", "term", "credit",
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
    statistics = manifest["statistics"]
    splits = {split: rows for split, rows in ordered(manifest["configs"]["default"]) if rows}
    return (
        {
            "title": manifest["corpus"].get("pretty_name", manifest["name"]),
            "folder": f"{manifest['name']}-{manifest['version']}",
            "data_files": len(data),
            "forms": list(_forms(manifest)),
            "data_bytes": sum(entry["bytes"] for entry in data),
            "splits": splits,
            "first_glob": split_glob(manifest, next(iter(splits), "train")),
            "split_check": split_check(manifest, list(splits)),
            "configs": [name for name in ordered_configs(manifest) if name != DEFAULT],
            "authors": authors,
            "languages": facts.ranked(statistics["by_language"]),
            "hosts": sorted(statistics["domains"]["most"].items(), key=lambda host: (-host[1], host[0]))[:10],
            "undated": facts.undated(manifest),
            "unknown_terms": facts.unknown_terms(manifest),
            "guessed": list(facts.guessed(manifest)),
            "noted": facts.noted(manifest),
            "license_links": list(filter(None, map(license_url, license_ids(manifest["corpus"]["license"])))),
            "figures": figures(manifest),
        }
        | _processed(manifest)
        | _said(manifest)
    )


def _processed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The way from input records to articles."""
    lost, kept = facts.losses(manifest), facts.kept_bytes(manifest)
    sizes = [kept, *(loss.bytes for loss in lost)]
    return {
        "losses": lost,
        "source_losses": {name: facts.losses(manifest, name) for name in manifest["accounts"]["sources"]},
        "kept_bytes": kept,
        "record_bytes": None if None in sizes else sum(size or 0 for size in sizes),
        "dedup": f"Duplicates: {facts.dedup_told(manifest['dedup'])}.",
        "made": facts.rule_told(manifest["licensing"]["rule"]),
        "edited": facts.edited(manifest),
        "source_edits": edit_counts(manifest["edits"]),
        "source_licenses": facts.source_licenses(manifest),
        "formal_edits": FORMAL_EDITS,
        "navigation": facts.navigation_share(manifest),
        "packed": any(compression(item["file"]) for item in manifest["inputs"]),
        "input_bytes": sum(item["bytes"] for item in manifest["inputs"]),
    }


def _forms(manifest: Mapping[str, Any]) -> Iterator[str]:
    """How to load the forms that stand beside Parquet: a line each."""
    folder, roles = f"{manifest['name']}-{manifest['version']}", {e["role"] for e in manifest["files"]}
    if "arrow" in roles:
        yield f'The same rows as Arrow files, mapped and not copied: `datasets.load_from_disk("{folder}/arrow")`.'
    if "jsonl" in roles:
        yield f"The same rows as JSON Lines, one article a line: `zstd -dcr {folder}/jsonl/`."


def _said(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The curator's answers by section of the card, and the questions without one."""
    card, asked = manifest["card"], questions()
    texts = {name: markdown.answer(text) for name, text in card.get("prose", {}).items()}
    if card.get("personal_data"):
        texts.setdefault("personal-data", markdown.prose(card["personal_data"]))
    sections: dict[str, list[tuple[Question, str]]] = {question.section: [] for question in asked}
    for question in asked:
        if question.id in texts:
            sections[question.section].append((question, texts[question.id]))
    return {
        "asked": asked,
        "answers": sections,
        "answered": any(sections.values()),
        "unanswered": [question for question in asked if question.id not in texts],
        "personal": "personal-data" in texts,
    }


def render_card(manifest: Mapping[str, Any]) -> str:
    """README.md: YAML head and body."""
    return dump(front_matter(manifest)) + "\n" + _render("card.md.jinja", manifest)


def render_license(manifest: Mapping[str, Any]) -> str:
    """LICENSE: the licence of the compilation, and that each article keeps its own."""
    return _render("license.txt.jinja", manifest)


def render_notice(manifest: Mapping[str, Any]) -> str:
    """NOTICE.md: whom to credit for each source, and under which terms."""
    return _render("notice.md.jinja", manifest)
