"""The card: right by construction, readable by hubs, inert, and found out when it lies."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import article, jsonl
from hypothesis import given
from hypothesis import strategies as st

import corpuskit
from corpuskit.audit import read_manifest
from corpuskit.card import check_card, front_matter, markdown, render_card
from corpuskit.card.front_matter import split_card
from corpuskit.cards import check_release_card, rewrite_card
from corpuskit.hub_terms import size_category

Corpus = Callable[..., Path]
EXTRA = "[splits]\nshares = { train = 0.5, test = 0.5 }\n"


@pytest.fixture
def release(corpus: Corpus, tmp_path: Path) -> corpuskit.Release:
    """A small release with two licences and two languages."""
    records = [
        article(i, language="jv" if i % 3 else "pt-br", license="MIT" if i % 2 else "CC0-1.0")
        for i in range(40)
    ]
    source = 'publisher = "Warta | Desa"\nhomepage = "https://example.org/warta"\nterms = "See <them>."'
    return corpuskit.build(corpus({"a.jsonl": jsonl(records)}, source=source, extra=EXTRA), tmp_path / "out")


def test_hub_client_reads_the_card(release: corpuskit.Release) -> None:
    """huggingface_hub reads the card, and its data are ours."""
    from huggingface_hub import DatasetCard

    card = DatasetCard.load(release.path / "README.md")
    assert card.data.license == ["cc0-1.0", "mit"]
    assert card.data.language == ["jv", "pt"]
    assert card.data.size_categories == ["n<1K"]
    assert card.data.to_dict()["dataset_info"]["splits"] == [
        {"name": s, "num_bytes": read_manifest(release.path)["arrow_bytes"]["default"][s], "num_examples": n}
        for s, n in release.splits.items()
    ]


def test_numbers_stand_in_the_body(release: corpuskit.Release) -> None:
    """Accounts, languages and licences of the body are those of the data."""
    text = (release.path / "README.md").read_text()
    assert "| `one` | 40 | 40 | 0 | 0 | 0 |" in text
    assert "| Javanese | `jv` | 26 | 65\N{NO-BREAK SPACE}% |" in text
    assert "| Portuguese (Brazil) | `pt-BR` | 14 | 35\N{NO-BREAK SPACE}% |" in text
    assert "[Warta \\| Desa](https://example.org/warta)" in text
    assert "See &lt;them&gt;." in text


def test_a_licence_that_the_hub_does_not_know(corpus: Corpus, tmp_path: Path) -> None:
    """A licence without hub id is `other`, with a name and a link."""
    spec = corpus({"a.jsonl": jsonl([article(1)])}, source='license_url = "https://example.org/terms"')
    spec.write_text(spec.read_text().replace('"CC-BY-4.0"', '"LicenseRef-Warta-terms"'))
    release = corpuskit.build(spec, tmp_path / "out")
    head = front_matter(read_manifest(release.path))
    assert (head["license"], head["license_name"], head["license_link"]) == (
        "other", "licenseref-warta-terms", "https://example.org/terms",
    )  # fmt: skip


def test_the_card_is_a_function_of_the_manifest(release: corpuskit.Release) -> None:
    """Rendering the manifest again gives the file, byte for byte."""
    assert render_card(read_manifest(release.path)) == (release.path / "README.md").read_text()


def test_every_changed_line_is_found(release: corpuskit.Release) -> None:
    """A change of any line of the card that is not blank is a finding."""
    expected = (release.path / "README.md").read_text()
    lines = expected.splitlines(keepends=True)
    assert check_card(expected, expected) == []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        changed = "".join(
            [
                *lines[:number],
                re.sub(r"[0-9a-zA-Z|`]", "7", line, count=1) if line.strip() != "---" else "--\n",
                *lines[number + 1 :],
            ]
        )
        assert changed == expected or check_card(changed, expected), line


def test_foreign_keys_and_prose_are_left_alone(release: corpuskit.Release) -> None:
    """Keys and words of others around ours are no findings."""
    expected = (release.path / "README.md").read_text()
    foreign = expected.replace("---\n", "---\nviewer: false\n", 1) + "\n## Our own words\n\nHalo.\n"
    foreign = foreign.replace("<!-- corpuskit:glance -->", "Between blocks.\n\n<!-- corpuskit:glance -->")
    assert check_card(foreign, expected) == []


def test_rewriting_repairs_the_card(release: corpuskit.Release) -> None:
    """`card --write` renders the documents again; data files stay as they are and the release verifies."""
    before = {p.name: p.read_bytes() for p in release.path.glob("data/*")}
    readme = release.path / "README.md"
    readme.write_text(readme.read_text().replace("| 40 |", "| 41 |"))
    assert {f.kind for f in check_release_card(release.path)} == {"wrong-claim"}
    root = rewrite_card(release.path)
    assert root == release.root_digest
    assert check_release_card(release.path) == []
    assert corpuskit.verify(release.path, expect_root=root) == []
    assert {p.name: p.read_bytes() for p in release.path.glob("data/*")} == before


@pytest.mark.parametrize(
    ("rows", "name"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**12, "n>1T")]
)
def test_size_categories(rows: int, name: str) -> None:
    """The size category follows from the number of rows."""
    assert size_category(rows) == name


HOSTILE = [
    "a | b", "`code`", "[x](javascript:alert(1))", "<script>alert(1)</script>", "![i](http://e/x.png)", "---", "# h",
    "1. a", "- a", "*b* _c_ ~~d~~", "&lt;", "\x1b[31mred", "\u202eevil", "a\nb\n\nc", "<!-- /corpuskit:head -->", "\\",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_values_are_inert_in_markdown(value: str) -> None:
    """A value shows its characters in a paragraph and in a table cell, and nothing of it acts."""
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    for text in (markdown.inert(value), f"| h |\n|---|\n| {markdown.inert(value)} |"):
        html = renderer.render(text)
        tags = set(re.findall(r"<(/?[a-zA-Z!][a-zA-Z0-9-]*)", html))
        assert tags <= {
            "p",
            "/p",
            "table",
            "/table",
            "thead",
            "/thead",
            "tbody",
            "/tbody",
            "tr",
            "/tr",
            "th",
            "/th",
            "td",
            "/td",
        }
        assert html.count("<td>") <= 1
        assert "\x1b" not in html
        assert "\u202e" not in html


@given(st.text())
def test_any_value_survives_yaml(value: str) -> None:
    """Whatever a name holds, the head stays one YAML block with the same keys."""
    manifest = _manifest(value)
    text = render_card(manifest)
    head, _ = split_card(text)
    assert list(head) == list(front_matter(manifest))
    assert yaml.safe_load(yaml.safe_dump(head)) == head


def _manifest(value: str) -> dict[str, Any]:
    facts = json.loads((Path(__file__).parent / "manifest.example.json").read_bytes())
    facts["corpus"]["pretty_name"] = value
    facts["corpus"]["description"] = value
    facts["sources"][0] |= {"publisher": value, "homepage": value, "license_url": value, "terms": value}
    facts["card"] = {"personal_data": value, "removal_contact": value}
    return facts


@pytest.mark.parametrize("declared", [False, True])
def test_what_was_learned_is_told_where_nothing_was_declared(declared: bool) -> None:
    """Navigation that corpus.toml says where to cut is not said to be learned."""
    facts = json.loads((Path(__file__).parent / "manifest.example.json").read_bytes())
    for source in facts["sources"]:
        if declared:
            source["navigation_cut_from"] = "Kalender"
    assert ("What is navigation was learned" in render_card(facts)) is not declared
