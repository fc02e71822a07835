"""corpus.toml: every default, and errors that name the key, its line and the nearest known key."""

from fractions import Fraction
from pathlib import Path

import pytest

from corpuskit.errors import SpecError
from corpuskit.spec import load_spec, parse_spec
from corpuskit.tomlines import line_of

GOOD = """\
[corpus]
name = "berita"
version = "1.0.0"
license = "cc-by-sa-4.0"

[[source]]
name = "cri"
files = ["raw/*.txt"]
license = "LicenseRef-CRI-terms"

[[source]]
name = "two"
files = ["raw/*.jsonl"]
license = "MIT"
language = "de-de"
fields = { text = "isi" }
navigation = { cut_from = "Kalender" }
"""


def test_defaults() -> None:
    """What corpus.toml leaves out has the documented default."""
    spec, mistakes = parse_spec(GOOD, Path())
    assert mistakes == []
    assert spec is not None
    one, two = spec.sources
    assert (one.max_loss, one.navigation, one.fields, one.rank) == (0.05, None, (), 0)
    assert (two.language, two.fields, two.navigation_cut_from, two.rank) == (
        "de-DE",
        (("text", "isi"),),
        "Kalender",
        1,
    )
    assert spec.corpus["license"] == "CC-BY-SA-4.0"
    assert (spec.dedup.exact, spec.dedup.within) == (("text",), "corpus")
    assert (spec.splits.shares, spec.splits.by, spec.splits.salt) == (None, "text", "berita")
    output = spec.output
    assert (output.shard_bytes, output.row_group_bytes, output.compression) == (
        256 * 10**6,
        32 * 2**20,
        "zstd:3",
    )
    assert (spec.limits.line_bytes, spec.limits.depth, spec.limits.ratio) == (64 * 2**20, 64, 1000)


def test_shares_are_exact() -> None:
    """Shares are read as decimals, so that three tenths and seven tenths are one."""
    spec, _ = parse_spec(GOOD + "[splits]\nshares = { train = 0.7, validation = 0.1, test = 0.2 }\n", Path())
    assert spec is not None
    assert spec.splits.shares == {
        "train": Fraction(7, 10),
        "validation": Fraction(1, 10),
        "test": Fraction(1, 5),
    }


@pytest.mark.parametrize(
    ("broken", "line", "message"),
    [
        (GOOD.replace('language = "de-de"', 'langauge = "de"'), 15, "`source[1].langauge`. Did you mean `language`?"),
        (GOOD.replace("[corpus]", "[corpsu]"), 1, "corpus"),
        (GOOD.replace('version = "1.0.0"', 'version = "1.0"'), 3, "corpus.version"),
        (GOOD.replace('name = "berita"', 'name = "Berita"'), 2, "corpus.name"),
        (GOOD.replace('version = "1.0.0"\n', ""), 1, '"version" is missing'),
        (GOOD.replace('"MIT"', '"public domain"'), 14, "no SPDX licence expression"),
        (GOOD.replace('"de-de"', '"German"'), 15, "no BCP 47 tag"),
        (GOOD.replace('name = "two"', 'name = "cri"'), 12, "second source"),
        (GOOD + 'timezone = "Asia/Jakrta"\n', 18, "IANA"),
        (GOOD + 'encoding = "utf-99"\n', 18, "text encoding"),
        (GOOD + 'reader = "xml"\n', 18, "not one of"),
        (GOOD + 'reader = "jsonl"\ndelimiter = ";"\n', 19, "only the csv and tsv reader has `delimiter`"),
        (GOOD + 'delimiter = ";;"\n', 18, "does not match"),
        (GOOD + 'delimiter = "\\n"\n', 18, "does not match"),
        (GOOD + 'delimiter = "|"\nquote = "|"\n', 19, "the quote cannot be the delimiter"),
        (GOOD + 'quote = "«"\n', 18, "quote"),
        (GOOD + 'header = ["id", "id"]\n', 18, "header"),
        (GOOD + 'header = ["id", " "]\n', 18, "header"),
        (GOOD + "max_loss = 2\n", 18, "greater than 1"),
        (GOOD + "[splits]\nshares = { train = 0.9, test = 0.2 }\n", 19, "sum to 1.1"),
        (GOOD + '[output]\nconfigs = ["languages"]\n', 19, "not one of"),
        (GOOD + '[output]\nconfigs = ["source", "source"]\n', 19, "configs"),
        (GOOD + '[dedup]\nwithin = "config"\n', 19, "needs one field"),
        (GOOD + '[dedup]\nwithin = "config"\n[output]\nconfigs = ["source", "language"]\n', 19, "needs one field"),
        (GOOD + '[output]\ncompression = "zstd:23"\n', 19, "zstd has the levels 1 to 22"),
        (GOOD + '[output]\ncompression = "zstd:0"\n', 19, "zstd has the levels 1 to 22"),
        (GOOD + '[output]\ncompression = "gzip:10"\n', 19, "gzip has the levels 1 to 9"),
        (GOOD + '[output]\ncompression = "brotli:12"\n', 19, "brotli has the levels 0 to 11"),
        (GOOD + '[output]\n\ncompression = "snappy:1"\n', 20, "does not match"),
        (GOOD + '[output]\ncompression = "lzo"\n', 19, "does not match"),
        (GOOD + '[output]\nshard_bytes = "0.0MB"\n', 19, "does not match"),
        (GOOD + '[output]\nshard_bytes = "4GB"\nrow_group_bytes = "1025MiB"\n', 20, "larger than 1GiB"),
        (GOOD + '[output]\nshards = { train = 2, dev = 2 }\n', 19, "output.shards.dev: there is no split 'dev'"),
        (GOOD + '[output]\nshards = { train = 0 }\n', 19, "output.shards.train"),
        (GOOD + '[limits]\nline_bytes = "1GB"\n', 19, "larger than 512MiB"),
        (GOOD + '[output]\nshard_bytes = "1 elephant"\n', 19, "does not match"),
        (GOOD + '[output]\nshard_bytes = "1MB"\n', 19, "row group larger"),
        (GOOD + '[output]\nformats = ["arrow"]\n', 19, "always among"),
        (GOOD + '[output]\nformats = ["parquet", "avro"]\n', 19, "not one of"),
        (GOOD + 'reader = "text"\n', 16, "no input fields"),
        (GOOD + '[licensing]\ndeny = ["GPL"]\n', 19, "no SPDX"),
        ("[corpus\n", 1, "not TOML"),
    ],
)  # fmt: skip
def test_mistakes_name_key_line_and_remedy(broken: str, line: int, message: str, tmp_path: Path) -> None:
    """A mistake is reported with its key, the line where it stands, and what to do."""
    path = tmp_path / "corpus.toml"
    path.write_text(broken)
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    assert caught.value.line == line
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "sound",
    [
        '[output]\nconfigs = []\ncompression = "zstd:22"\nshard_bytes = "1.5GiB"\nrow_group_bytes = "1GiB"\n',
        '[output]\nconfigs = ["source", "language", "license"]\nshards = { train = 1 }\n',
        '[output]\ncompression = "brotli:0"\nshard_bytes = 1\nrow_group_bytes = 1\n',
        "[splits]\nshares = { train = 0.5, dev = 0.5 }\n[output]\nshards = { dev = 2 }\n",
        '[splits]\nfield = "part"\n[output]\nshards = { whatever = 2 }\n',
        'split = "uji"\n[output]\nshards = { uji = 2, train = 1 }\n',
    ],
)
def test_sound_output_is_taken(sound: str) -> None:
    """Bounds themselves are allowed, and so is a count for any split that there may be."""
    spec, mistakes = parse_spec(GOOD + sound, Path())
    assert (spec is not None, mistakes) == (True, [])


def test_the_order_of_configs_says_nothing() -> None:
    """However the fields of `configs` are listed, the spec is the same."""
    one, other = (
        parse_spec(GOOD + f"[output]\nconfigs = {fields}\n", Path())[0]
        for fields in ('["source", "language"]', '["language", "source"]')
    )
    assert one is not None
    assert other is not None
    assert one.output.configs == ("language", "source")
    assert one.sha256() == other.sha256()


def test_all_mistakes_are_found() -> None:
    """Not only the first mistake is told."""
    _, mistakes = parse_spec(GOOD.replace('"MIT"', '"nope"').replace('"de-de"', '"xx"'), Path())
    assert [m.line for m in mistakes] == [14, 15]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A corpus.toml that is not there, or is not UTF-8, is a configuration error."""
    with pytest.raises(SpecError, match="no such file"):
        load_spec(tmp_path / "corpus.toml")
    (tmp_path / "corpus.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError, match="UTF-8"):
        load_spec(tmp_path / "corpus.toml")


def test_lines_of_keys() -> None:
    """Tables, arrays of tables, dotted and quoted keys are found at their lines."""
    text = '[a]\nx = 1\n# [b]\n[[s]]\ny = 2\n[[s]]\ny = 3\n"q k" = 4\nd.e = 5\n'
    assert [line_of(text, p) for p in (["a"], ["a", "x"], ["s", 0, "y"], ["s", 1, "y"], ["s", 1, "q k"])] == [
        1,
        2,
        5,
        7,
        8,
    ]
    assert line_of(text, ["s", 1, "d", "e"]) == 9
    assert line_of(text, ["a", "gone"]) == 1
    assert line_of(text, ["zzz"]) is None
