"""Figures: the manifest's numbers, well-formed whatever the names, readable with one and with very many of them."""

import copy
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import article, jsonl
from hypothesis import given
from hypothesis import strategies as st

import corpuskit
from corpuskit.card import render_card
from corpuskit.card.drawing import clipped, percent, short, wrapped
from corpuskit.card.figures import figures
from corpuskit.kinds import KINDS

EXAMPLE = json.loads((Path(__file__).parent / "manifest.example.json").read_bytes())
SVG = "{http://www.w3.org/2000/svg}"
_TAGS = {"svg", "title", "desc", "style", "rect", "path", "text"}
_ATTRIBUTES = {
    "width", "height", "viewBox", "role", "aria-labelledby", "id", "class", "x", "y", "rx", "d", "text-anchor",
}  # fmt: skip


def manifest(**statistics: Any) -> dict[str, Any]:
    """The example's manifest with other statistics."""
    facts: dict[str, Any] = copy.deepcopy(EXAMPLE)
    facts["statistics"] |= statistics
    if "sources" in statistics:
        facts["sources"] = [{"name": name, "license": "MIT"} for name in statistics["sources"]]
        nothing = dict.fromkeys(facts["accounts"]["total"], 0)
        facts["accounts"]["sources"] = dict.fromkeys(statistics["sources"], nothing)
        facts["edits"] = {name: {} for name in statistics["sources"]}
    return facts


def texts(svg: str) -> list[str]:
    """All texts of a picture that are shown."""
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_figures_of_the_example() -> None:
    """Each figure states the numbers of the manifest, in its shapes' words and in its alternative text."""
    drawn = figures(EXAMPLE)
    assert list(drawn) == ["time", "languages", "lengths", "sources", "waterfall"]
    space = "\N{NO-BREAK SPACE}"
    assert texts(drawn["languages"].svg)[2:] == [
        "English (en)", f"33 (48.5{space}%)", "Indonesian (id)", f"24 (35.3{space}%)",
        "Javanese (jv)", f"11 (16.2{space}%)",
    ]  # fmt: skip
    assert "most in 2023, 49 of 52; 16 articles without a date not shown" in drawn["time"].alt
    assert "of 80 records, 68 became articles" in drawn["waterfall"].alt
    bars = [float(r.get("width", 0)) for r in ET.fromstring(drawn["waterfall"].svg).iter(f"{SVG}rect")][1:]
    assert bars[-1] / bars[0] == pytest.approx(68 / 80, abs=0.001)
    card = render_card(EXAMPLE)
    assert all(f"](figures/{name}.svg)" in card for name in drawn)


NAMES = st.dictionaries(st.text(max_size=60), st.integers(0, 10**12), max_size=20)


@given(NAMES, NAMES, st.dictionaries(st.from_regex(r"\A[0-9]{4}(-(0[1-9]|1[0-2]))?\Z") | st.text(max_size=7),
                                     st.integers(1, 10**9), max_size=40))  # fmt: skip
def test_any_names_and_numbers_make_inert_pictures(
    sources: dict[str, int], languages: dict[str, int], months: dict[str, int]
) -> None:
    """Whatever is called anyhow, each picture is XML with shapes and words alone, and nothing leads elsewhere."""
    rows = sum(sources.values()) + sum(months.values())
    for figure in figures(manifest(sources=sources, languages=languages, months=months, rows=rows)).values():
        tree = ET.fromstring(figure.svg.encode())
        assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= _TAGS
        assert {name for element in tree.iter() for name in element.attrib} <= _ATTRIBUTES
        assert not re.search(
            r"https?://(?!www\.w3\.org/2000/svg)|url\(|@import|@font-face", figure.svg.split("<rect")[0]
        )
        assert "\x1b" not in figure.alt


@pytest.mark.parametrize("count", [1, 2, 5, 12, 13, 14, 200])
def test_few_and_many_names(count: int) -> None:
    """One name alone is no comparison; at most 12 have a bar, the others are told together, and nothing is lost."""
    counts = {f"source-{i:03d}": 1000 + i for i in range(count)}
    drawn = figures(manifest(sources=counts)).get("sources")
    assert (drawn is None) == (count == 1)
    if drawn:
        said = texts(drawn.svg)
        shown = [text for text in said if text.startswith("source-")]
        assert len(shown) == (count if count <= 12 else 11)
        assert (f"{count - 11} other sources" in said) == (count > 12)
        assert f"{sum(counts.values()):,} articles in {count} sources" in said


def test_long_labels_stand_in_two_lines() -> None:
    """No word of the title of a common reason is left out of the waterfall; a longer text ends in an ellipsis."""
    for kind in KINDS.values():
        lines = wrapped(kind.title, 290)
        assert len(lines) <= 2
        assert " ".join(lines) == kind.title or len(kind.title) > 60
    assert wrapped("kata " * 40, 290)[1].endswith("…")
    assert wrapped("", 290) == [""]
    assert [clipped("w" * 500, 290)] == wrapped("w" * 500, 290)


@pytest.mark.parametrize(
    ("months", "heading", "labels"),
    [
        ({}, None, 0),
        ({"2020-01": 5}, None, 0),
        ({"unreadable": 5, "2020-13": 1}, None, 0),
        ({"2019-12": 1, "2020-02": 5}, "Articles by month", 3),
        ({"2019": 1, "2020-02": 5}, "Articles by year", 2),
        ({"1000": 1, "2020-02": 5}, "Articles by spans of 20 years", None),
        ({"0000": 1, "9999": 10**12}, "Articles by spans of 200 years", None),
    ],
)
def test_periods(months: dict[str, int], heading: str | None, labels: int | None) -> None:
    """Time goes by months, years or spans, empty ones included; no dates make no figure."""
    drawn = figures(manifest(months=months)).get("time")
    assert (drawn is None) == (heading is None)
    if drawn:
        said = texts(drawn.svg)
        assert said[0] == heading
        assert len([text for text in said[2:] if re.fullmatch(r"\d{4}(-\d{2})?", text)]) in {
            labels or 0,
            *range(2, 13),
        }


def test_numbers_are_short() -> None:
    """Numbers and shares as charts write them, exact where they can be."""
    assert [short(n) for n in (0, 999, 1000, 1234, 9999, 99_949, 10**6, 10**9, 25 * 10**11)] == [
        "0", "999", "1k", "1.2k", "10k", "100k", "1M", "1B", "2.5T",
    ]  # fmt: skip
    shares = [
        percent(*each).replace("\N{NO-BREAK SPACE}", "")
        for each in ((0, 0), (1, 3), (1, 10**9), (10**9 - 1, 10**9), (2, 2))
    ]
    assert shares == ["0%", "33.3%", "<0.1%", ">99.9%", "100%"]
    assert clipped("M" * 50, 100).endswith("M…")
    assert clipped("short", 100) == "short"


def test_one_article_and_none(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """A corpus of one article, and one of none, have a card that verifies, with no figure that compares nothing."""
    for count in (1, 0):
        spec = corpus({"a.jsonl": jsonl(article(i) for i in range(count))})
        release = corpuskit.build(spec, tmp_path / str(count)).path
        assert not (release / "figures").exists()
        assert corpuskit.verify(release) == []


SPLITS = ["text", "id"]


@pytest.mark.parametrize("by", SPLITS)
@pytest.mark.parametrize("given_source", [False, True])
def test_the_card_recomputes_real_splits(
    corpus: Callable[..., Path], tmp_path: Path, by: str, *, given_source: bool
) -> None:
    """The code under Splits agrees with every row, and stops with an error where the data were moved."""
    records = [article(i, text=f'Isi "{i}" \u00e9\u0000'.replace("\0", "")) for i in range(60)]
    splits = (
        f'[splits]\nshares = {{ train = 0.5, test = 0.3, dev = 0.2 }}\nby = "{by}"\nsalt = "a\\"<!-- `é"\n'
    )
    other = (
        '[[source]]\nname = "dua"\nfiles = ["b.jsonl"]\nlicense = "MIT"\nlanguage = "id"\nsplit = "test"\n'
    )
    spec = corpus({"a.jsonl": jsonl(records)}, extra=(other if given_source else "") + splits)
    (spec.parent / "b.jsonl").write_bytes(jsonl(article(i) for i in range(100, 105)))
    release = corpuskit.build(spec, tmp_path / "out").path
    text = (release / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"(?s)```python\n(.*?)```", text)[-1]
    assert "split_of" in code

    def run(code: str) -> int:
        return subprocess.run(
            [sys.executable, "-c", code], cwd=release.parent, check=False, capture_output=True
        ).returncode

    assert run(code + "\nassert row") == 0
    assert run(code.replace("SALT = ", "SALT = 'other' + ")) == 1
