"""Splits that sources and records give themselves, groups by any field, and what they tear apart."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl
from hypothesis import given
from hypothesis import strategies as st

import corpuskit
from corpuskit import BuildRefused, SpecError
from corpuskit.phases import torn as tearing
from corpuskit.phases.torn import torn
from corpuskit.splits import splitter

Corpus = Callable[..., Path]
SHARES = "[splits]\nshares = { train = 0.6, test = 0.4 }\n"


def second(split: str = "", name: str = "two") -> str:
    """A second source with a file of its own."""
    return f'[[source]]\nname = "{name}"\nfiles = ["{name}/b.jsonl"]\nlicense = "MIT"\nlanguage = "id"\n{split}\n'


def build(spec: Path, records: list[Any] | None = None) -> corpuskit.Release:
    """The release of a corpus.toml, whole and true; `records` are those of the second source."""
    if records is not None:
        (spec.parent / "two").mkdir()
        (spec.parent / "two" / "b.jsonl").write_bytes(jsonl(records))
    release = corpuskit.build(spec, spec.parent / "out")
    assert [f.message for f in corpuskit.verify(release.path)] == []
    return release


def splits_of(release: corpuskit.Release) -> dict[str, str | None]:
    """The split of each record by its id, from the ledger."""
    return {row["id"]: row["split"] for row in pq.read_table(release.audit / "ledger.parquet").to_pylist()}


def noted(release: corpuskit.Release, kind: str = "torn-group") -> list[dict[str, Any]]:
    """The findings of a kind."""
    found = map(json.loads, (release.audit / "findings.jsonl").read_text().splitlines())
    return [each for each in found if each["kind"] == kind]


# --- who gives a split ---


def test_a_given_source_beside_shares(corpus: Corpus) -> None:
    """All of a source with a split is there; the others fall by the published rule."""
    spec = corpus({"a.jsonl": jsonl(article(i) for i in range(40))}, extra=second('split = "uji"') + SHARES)
    release = build(spec, [article(i) for i in range(100, 110)])
    by_rule = splitter({"train": Fraction("0.6"), "test": Fraction("0.4")}, "tiny")
    wanted = {article(i)["id"]: by_rule(article(i)["text"].encode()) for i in range(40)}
    wanted |= {article(i)["id"]: "uji" for i in range(100, 110)}
    assert splits_of(release) == wanted
    assert set(release.splits) == {"train", "test", "uji"}
    assert "Given for whole sources: `two` in `uji`." in (release.path / "README.md").read_text()


def test_a_given_source_beside_none(corpus: Corpus) -> None:
    """Without shares the articles of the other sources are in train."""
    spec = corpus({"a.jsonl": jsonl(article(i) for i in range(4))}, extra=second('split = "test"'))
    assert build(spec, [article(9)]).splits == {"train": 4, "test": 1}


def test_a_field_that_went_to_extra(corpus: Corpus) -> None:
    """A field that is no column says the split; without it, or with null, an article is in train."""
    records = [article(1, bagian="test"), article(2, bagian=None), article(3), article(4, bagian="latih_2")]
    records += [
        article(5, bagian=""),
        article(6, bagian=["test"]),
        article(7, bagian="a-b"),
        article(8, bagian=True),
    ]
    release = build(corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "bagian"'))
    assert splits_of(release) == {
        "a00001": "test", "a00002": "train", "a00003": "train", "a00004": "latih_2",
        "a00005": None, "a00006": None, "a00007": None, "a00008": None,
    }  # fmt: skip
    assert release.findings == {"bad-split": 4}


def test_a_field_that_is_a_column(corpus: Corpus) -> None:
    """A property of a schema of one's own says the split just so."""
    own = {"type": "object", "required": ["text"], "additionalProperties": False,
           "properties": {"text": {"type": "string"}, "split": {"type": ["string", "null"]}}}  # fmt: skip
    records = [{"text": f"Teks {i}.", "split": ("test", None, "train")[i % 3]} for i in range(9)]
    spec = corpus(
        {"a.jsonl": jsonl(records), "own.json": json.dumps(own).encode()},
        extra='[schema]\narticle = "own.json"\n[splits]\nfield = "split"',
    )
    spec.write_text(spec.read_text().replace('["a.jsonl", "own.json"]', '["a.jsonl"]'))
    assert build(spec).splits == {"train": 6, "test": 3}


def test_a_source_and_a_field_contradict(corpus: Corpus) -> None:
    """A source that is given as a whole and a field that says the split are a mistake with its line."""
    spec = corpus(
        {"a.jsonl": jsonl([article(1)])}, extra=second('split = "test"') + '[splits]\nfield = "part"'
    )
    line = spec.read_text().splitlines().index('split = "test"') + 1
    with pytest.raises(SpecError, match="already says the split") as refused:
        corpuskit.load_spec(spec)
    assert refused.value.line == line


def test_a_field_that_no_record_has(corpus: Corpus) -> None:
    """A misspelt field would put everything into train in silence: it is a warning."""
    records = [article(i, part="test" if i else None) for i in range(3)]
    spec = corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "prat"')
    (told,) = noted(build(spec), "absent-split-key")
    assert told["message"] == "no record names another split than train in 'prat'"
    spec = corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "part"', folder="right")
    assert noted(build(spec), "absent-split-key") == []


def test_a_field_with_a_value_for_each_record(corpus: Corpus) -> None:
    """A field that is no division of the corpus refuses the build; a hundred splits are made."""
    records = [article(i, part=f"p{i}") for i in range(100)]
    spec = corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "part"')
    with pytest.raises(BuildRefused, match="gives 101 splits, of at most 100"):
        corpuskit.build(spec, spec.parent / "out")  # with train, which is always there
    (spec.parent / "a.jsonl").write_bytes(jsonl(records[:99]))
    assert len(build(spec).splits) == 100


# --- groups ---

GROUPS: dict[str, Callable[[int], Any]] = {
    "a string": lambda i: f"situs-{i % 9}",
    "a number": lambda i: i % 9,
    "a float": lambda i: (i % 9) / 7,
    "a list": lambda i: ["x", i % 9],
    "an object": lambda i: {"k": i % 9},
    "a boolean": lambda i: i % 2 == 0,
}


@pytest.mark.parametrize("value", GROUPS.values(), ids=list(GROUPS))
def test_groups_by_any_value_stay_whole(corpus: Corpus, value: Callable[[int], Any]) -> None:
    """Whatever the type of the field, its value is the group, and no group is in two splits."""
    records = [article(i, site=value(i)) for i in range(90)] + [article(i) for i in range(90, 130)]
    release = build(corpus({"a.jsonl": jsonl(records)}, extra=SHARES + 'by = "site"'))
    found = splits_of(release)
    groups: dict[str, set[str | None]] = {}
    for i in range(90):
        groups.setdefault(json.dumps(value(i)), set()).add(found[f"a{i:05d}"])
    assert all(len(splits) == 1 for splits in groups.values())
    by_rule = splitter({"train": Fraction("0.6"), "test": Fraction("0.4")}, "tiny")
    for i in range(90, 130):  # without a group an article falls by its text
        assert found[f"a{i:05d}"] == by_rule(article(i)["text"].encode())
    assert noted(release, "absent-split-key") == []


@pytest.mark.parametrize("by", ["title", "source", "authors", "published", "published_date", "id"])
def test_groups_by_a_column(corpus: Corpus, by: str) -> None:
    """A column of any type is a group, and verify finds each row in the split that it gives."""
    records = [
        article(i, title=f"J{i % 5}", authors=[f"P{i % 5}"], published=f"2017-12-{1 + i % 5:02d}T00:00:00Z")
        for i in range(50)
    ]
    release = build(corpus({"a.jsonl": jsonl(records)}, extra=SHARES + f'by = "{by}"'))
    found = splits_of(release)
    if by == "source":
        assert len(set(found.values())) == 1
    elif by != "id":
        assert all(found[f"a{i:05d}"] == found[f"a{i + 5:05d}"] for i in range(45))
    else:
        assert len({found[f"a{i:05d}"] for i in range(0, 50, 5)}) == 2


def test_a_group_that_no_record_has(corpus: Corpus) -> None:
    """A misspelt group would make each article its own: it is a warning."""
    records = [article(i, site=f"s{i % 3}") for i in range(9)]
    (told,) = noted(
        build(corpus({"a.jsonl": jsonl(records)}, extra=SHARES + 'by = "stie"')), "absent-split-key"
    )
    assert told["message"] == "no record has 'stie': each is its own group"


# --- what given splits tear apart ---


@pytest.mark.parametrize("exact", ["text", "none"])
def test_a_text_in_two_sources_with_two_splits(corpus: Corpus, exact: str) -> None:
    """A text in a given source and in another split elsewhere is a finding with both places, kept twice or once."""
    spec = corpus(
        {"a.jsonl": jsonl([article(1), b"{rusak", article(2), article(3)])},
        extra=second('split = "test"') + f'[dedup]\nexact = "{exact}"\n',
    )
    release = build(spec, [article(7), article(8, text=article(3)["text"])])
    (told,) = noted(release)
    assert told["message"] == "this text is in split 'test', and in 'train' at a.jsonl:4"
    assert (told["file"], told["line"], told["id"], told["severity"]) == (
        "two/b.jsonl",
        2,
        "a00008",
        "warning",
    )
    assert release.accounts["kept"] == (4 if exact == "text" else 5)
    assert release.findings["torn-group"] == 1


def test_groups_torn_by_a_field(corpus: Corpus) -> None:
    """Each torn group is one finding, with the first record in either split; texts are told beside."""
    records = [
        article(0, site="utuh", part="test"),
        article(1, site="a", part="train"),
        article(2, site="b", part="test"),
        article(3, site="a"),
        article(4, site="a", part="test"),
        article(5, site="b"),
        article(6, site="a", part="dev"),
        article(7, part="dev"),
        article(8, part="test"),
        article(9, site="utuh", part="test"),
        article(10, site="utuh", part="?"),  # a reject is in no split
        article(11, text=article(9)["text"], part="dev"),
    ]
    release = build(corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "part"\nby = "site"'))
    assert [(told["line"], told["message"]) for told in noted(release)] == [
        (12, "this text is in split 'dev', and in 'test' at a.jsonl:10"),
        (5, "this group is in split 'test', and in 'train' at a.jsonl:2"),
        (6, "this group is in split 'train', and in 'test' at a.jsonl:3"),
    ]


def test_places_in_other_files_and_containers(corpus: Corpus) -> None:
    """Both places are right over files of several tasks, and in a JSON array, where records are numbered."""
    files = {
        "a.json": json.dumps([article(0), article(1, part="test")]).encode(),
        "b.jsonl": jsonl([article(5), article(1, id="lain")]),
    }
    (told,) = noted(build(corpus(files, extra='[splits]\nfield = "part"')))
    assert (told["file"], told["line"], told["offset"]) == ("b.jsonl", 2, len(jsonl([article(5)])))
    assert told["message"] == "this text is in split 'train', and in 'test' at a.json:1 record 2"


def test_many_torn_groups_are_counted(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many torn texts and groups the first are listed, and one more finding of each says how many there are."""
    monkeypatch.setattr(tearing, "_MOST", 4)
    records = [article(i % 30, id=f"{i}", site=i % 30, part=("train", "test")[i // 30]) for i in range(60)]
    spec = corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "part"\nby = "site"')
    release = build(spec)
    told = noted(release)
    assert [each["line"] for each in told] == [31, 32, 33, 34, None] * 2
    assert told[4]["message"] == "30 texts are in more than one split; 4 of them are listed"
    assert told[9]["message"] == "30 groups are in more than one split; 4 of them are listed"
    assert told[9]["file"] == "corpus.toml"
    assert release.findings["torn-group"] == 10


VALUES = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "", None]), st.integers(-1, 3)))


@given(VALUES, st.integers(1, 4))
def test_torn_is_what_a_plain_loop_finds(records: list[tuple[str | None, int]], size: int) -> None:
    """On columns in any chunks the pairs are those of a loop over the records."""
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for number, (value, split) in enumerate(records):
        if value is not None and split >= 0:
            earlier = first.setdefault(value, number)
            if records[earlier][1] != split:
                second.setdefault(value, number)
    wanted = sorted((number, first[value]) for value, number in second.items())
    values = [value for value, _ in records]
    chunks = [values[at : at + size] for at in range(0, len(values), size)]
    for kind in (pa.string(), pa.large_string(), pa.binary(1)):
        padded = [
            [v if v is None or kind != pa.binary(1) else (v or "-").encode() for v in chunk]
            for chunk in chunks
        ]
        column = pa.chunked_array(padded, kind)
        found = torn(column, np.array([split for _, split in records], dtype=np.int32))
        assert list(zip(found[1].tolist(), found[0].tolist(), strict=True)) == wanted
