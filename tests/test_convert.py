"""`corpuskit convert`: what is converted, what is refused, what stands where in the end."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpuskit import build
from corpuskit.cli import root
from corpuskit.conversion import convert
from corpuskit.errors import CannotHold, CorpusError, InputError, SpecError

Shared = Callable[[str], Path]

ROWS = [
    {"id": "a", "n": 1, "tags": ["x"], "deep": {"k": None}},
    {"id": "b", "n": None, "tags": [], "deep": {"k": 0.5}},
]


def lines(path: Path, rows: list[Any]) -> Path:
    """A file of JSON Lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def run(*arguments: Any) -> Any:
    """The command line on arguments: its exit code by the errors of ours, and what it said."""
    code = "from corpuskit.cli import main; main()"
    argv = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


# --- types of JSON Lines by their values ---


def test_types_are_told_by_all_values(tmp_path: Path) -> None:
    """Also where they come late; members that are absent, and nulls, are nulls."""
    rows: list[Any] = [{"a": None}] * 5000 + [
        {"a": [{"b": "x"}], "c": True},
        {"a": [], "c": None},
        {"a": [{"d": 1.5}]},
    ]
    convert([lines(tmp_path / "a.jsonl", rows)], tmp_path / "a.parquet")
    found = pq.read_table(tmp_path / "a.parquet")
    assert found.schema.field("a").type == pa.list_(pa.struct([("b", pa.string()), ("d", pa.float64())]))
    assert found.schema.field("c").type == pa.bool_()
    assert found.num_rows == 5003
    assert found.column("a").to_pylist()[-1] == [{"b": None, "d": 1.5}]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, "5"], 'a.jsonl:2: the column "v" is a string here and an integer before'),
        (
            [1, 1.5],
            'a.jsonl:2: the column "v" is a number with a fraction or exponent here and an integer before',
        ),
        (["x", None, True], 'a.jsonl:3: the column "v" is a boolean here and a string before'),
        ([[1], ["x"]], 'a.jsonl:2: the column "v[]" is a string here and an integer before'),
        ([{"k": 1}, {"k": {}}], 'a.jsonl:2: the column "v.k" is an object here and an integer before'),
        ([[1, "x"]], 'a.jsonl:1: the column "v[]" is a string here and an integer before'),
        ([2**63], 'a.jsonl:1: "v" is the integer 9223372036854775808, which 64 bits do not hold'),
        ([1] * 4000 + ["x"], 'a.jsonl:4001: the column "v" is a string here and an integer before'),
    ],
)
def test_a_column_of_two_types_is_refused(values: list[Any], said: str, tmp_path: Path) -> None:
    """By its name, its line and both types; nothing is coerced and nothing written."""
    path = lines(tmp_path / "a.jsonl", [{"v": value} for value in values])
    with pytest.raises(InputError) as caught:
        convert([path], tmp_path / "a.parquet")
    assert said in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"a":1}\n{"a":NaN}\n', "a.jsonl:2: NaN is no JSON number"), ('{"a":1,"a":2}\n', "a.jsonl:1: the key"),
     ('{"a":1}\n[1]\n', "a.jsonl:2: a record is an object"), ("", "has no columns"), ("{}\n{}\n", "has no columns")],
)  # fmt: skip
def test_bad_lines_are_told(text: str, said: str, tmp_path: Path) -> None:
    """With their place."""
    (tmp_path / "a.jsonl").write_text(text)
    with pytest.raises(InputError) as caught:
        convert([tmp_path / "a.jsonl"], tmp_path / "a.parquet")
    assert said in str(caught.value)


def test_values_of_another_type_than_the_schema_beside(tmp_path: Path) -> None:
    """A file that was changed by hand is read by its schema, strictly, and told where it does not fit."""
    table = pa.table({"at": pa.array([0], pa.timestamp("s")), "k": ["x"]})
    pq.write_table(table, tmp_path / "a.parquet")
    convert([tmp_path / "a.parquet"], tmp_path / "a.jsonl")
    text = (tmp_path / "a.jsonl").read_text()
    (tmp_path / "a.jsonl").write_text(text + text.replace("1970-01-01T00:00:00", "yesterday"))
    with pytest.raises(InputError, match=r'a\.jsonl:2: "at" is no time without zone'):
        convert([tmp_path / "a.jsonl"], tmp_path / "b.parquet")
    (tmp_path / "a.jsonl").write_text(text + '{"k":"y","more":1}\n')
    with pytest.raises(InputError, match=r'a\.jsonl:2: "more" is a column that its schema lacks'):
        convert([tmp_path / "a.jsonl"], tmp_path / "b.parquet")


def test_csv_without_schema_is_text(tmp_path: Path) -> None:
    """Nothing is guessed; nothing without quotes is null, and "" the empty text."""
    (tmp_path / "a.csv").write_text('id;n\n007;1e5\n"";\n')
    convert([tmp_path / "a.csv"], tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_text() == '{"id":"007","n":"1e5"}\n{"id":"","n":null}\n'
    (tmp_path / "b.csv").write_text("id,n\n1\n")
    with pytest.raises(InputError, match=r"b\.csv:2: 1 field for 2 columns"):
        convert([tmp_path / "b.csv"], tmp_path / "b.parquet")


# --- what is chosen and written ---


def test_columns_and_rows_are_chosen(tmp_path: Path) -> None:
    """By name, in the order that is asked for, and by a condition."""
    path = lines(tmp_path / "a.jsonl", ROWS)
    convert([path], tmp_path / "b.jsonl", columns=["n", "id"], where="deep.k is null")
    assert (tmp_path / "b.jsonl").read_text() == '{"n":1,"id":"a"}\n'
    for columns, where in ((["no"], None), (["n", "n"], None), (None, "no = 1")):
        with pytest.raises(SpecError):
            convert([path], tmp_path / "c.jsonl", columns=columns, where=where)


def test_a_loss_is_refused_or_listed(tmp_path: Path) -> None:
    """Before anything is written."""
    table = pa.table({"a": [[1, None]], "x": [float("nan")], "d": pa.array([0], pa.date64())})
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    for name in ("a.csv", "a.parquet", "a.jsonl"):
        with pytest.raises(CannotHold, match=r"--lossy|is no number of JSON"):
            convert([tmp_path / "a.arrow"], tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["a.arrow"]
    made = convert([tmp_path / "a.arrow"], tmp_path / "a.csv", lossy=True)
    assert made.losses == ['"a" is of the type list<item: int64>: it becomes its JSON text']
    with (tmp_path / "a.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["a", "x", "d"], ["[1,null]", "NaN", "1970-01-01"]]
    made = convert([tmp_path / "a.arrow"], tmp_path / "a.parquet", lossy=True)
    assert made.losses == ['"d" is of the type date64[ms]: it becomes timestamp[ms]']
    made = convert([tmp_path / "a.arrow"], tmp_path / "a.jsonl", lossy=True)
    assert made.losses == ['"x": NaN is no number of JSON: null in 1 places']
    assert json.loads((tmp_path / "a.jsonl").read_text()) == {"a": [1, None], "x": None, "d": "1970-01-01"}
    convert([tmp_path / "a.jsonl"], tmp_path / "b.parquet", columns=["x"])


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """Without --replace; with it the schema beside changes with its rows."""
    path = lines(tmp_path / "a.jsonl", ROWS)
    convert([path], tmp_path / "b.jsonl")
    with pytest.raises(SpecError, match="is there already"):
        convert([path], tmp_path / "b.jsonl", columns=["id"])
    assert len(json.loads((tmp_path / "b.jsonl").read_text().splitlines()[0])) == 4
    convert([path], tmp_path / "b.jsonl", columns=["id"], replace=True)
    assert pa.ipc.open_stream((tmp_path / ".b.jsonl.arrow-schema").read_bytes()).schema.names == ["id"]
    convert([path], tmp_path / "f", to="parquet")
    with pytest.raises(SpecError, match="is there already"):
        convert([path], tmp_path / "f", to="jsonl")
    convert([path], tmp_path / "f", to="jsonl", replace=True)
    assert not list((tmp_path / "f").rglob("*.parquet"))
    assert [p.name for p in tmp_path.iterdir() if ".part-" in p.name] == []


def test_several_files_have_one_schema(tmp_path: Path) -> None:
    """Globs in the order of their names; another schema is refused by its file and column."""
    for name, value in (("1", 1), ("2", 2)):
        lines(tmp_path / f"{name}.jsonl", [{"v": value}])
        convert([tmp_path / f"{name}.jsonl"], tmp_path / f"{name}.parquet")
    convert([f"{tmp_path}/[12].parquet"], tmp_path / "both.arrow")
    assert pa.ipc.open_stream((tmp_path / "both.arrow").read_bytes()).read_all().to_pydict() == {"v": [1, 2]}
    pq.write_table(pa.table({"v": ["x"]}), tmp_path / "3.parquet")
    with pytest.raises(InputError, match=r'3\.parquet: has the column "v" of the type string'):
        convert([f"{tmp_path}/[13].parquet"], tmp_path / "no.arrow")
    pq.write_table(pa.table({"w": [1]}), tmp_path / "4.parquet")
    with pytest.raises(InputError, match=r"4\.parquet: has other columns"):
        convert([f"{tmp_path}/[14].parquet"], tmp_path / "no.arrow")


# --- folders ---


def test_a_card_tells_configs_and_splits(tmp_path: Path) -> None:
    """They are honoured; one file out needs one split; what they name outside is refused."""
    hub = tmp_path / "hub"
    for name in ("one", "two", "three"):
        lines(hub / "raw" / f"{name}.jsonl", [{"id": name}])
    (hub / "README.md").write_text(
        "---\nconfigs:\n- config_name: a\n  data_files:\n  - split: train\n    path: [raw/one.jsonl, raw/t*.jsonl]\n"
        "  - split: test\n    path: raw/two.jsonl\n- config_name: b\n  data_files: raw/three.jsonl\n---\n"
    )
    made = convert([hub], tmp_path / "out", to="parquet")
    assert made.rows == 5
    assert sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.parquet")) == [
        "a/test-00000-of-00001.parquet", "a/train-00000-of-00001.parquet", "b/train-00000-of-00001.parquet",
    ]  # fmt: skip
    with pytest.raises(SpecError, match="one file for several splits: a/train, a/test, b/train"):
        convert([hub], tmp_path / "x.parquet")
    convert([hub], tmp_path / "x.jsonl", config="a", split="train")
    assert (tmp_path / "x.jsonl").read_text() == '{"id":"one"}\n{"id":"three"}\n{"id":"two"}\n'
    with pytest.raises(SpecError, match="has no config 'c'; it has a, b"):
        convert([hub], tmp_path / "y.jsonl", config="c")
    import datasets

    for config, rows in (("a", 3), ("b", 1)):
        found = datasets.load_dataset(str(tmp_path / "out"), config, cache_dir=str(tmp_path / "cache"))
        assert found["train"].num_rows == rows
    (hub / "README.md").write_text("---\nconfigs:\n- config_name: a\n  data_files: ../secret.jsonl\n---\n")
    with pytest.raises(InputError, match="not inside of it"):
        convert([hub], tmp_path / "z", to="parquet")


def test_names_tell_splits(tmp_path: Path) -> None:
    """As hubs read them; links that lead out of the folder are refused."""
    hub = tmp_path / "hub"
    for name in (
        "data/gold-00000-of-00002.jsonl",
        "data/gold-00001-of-00002.jsonl",
        "dev.jsonl",
        "other.jsonl",
    ):
        lines(hub / name, [{"id": name}])
    made = convert([hub], tmp_path / "out", to="arrow")
    assert made.splits == {"train": 1, "gold": 2, "validation": 1}
    import datasets

    assert datasets.load_from_disk(str(tmp_path / "out"))["gold"].num_rows == 2
    (hub / "link.jsonl").symlink_to(lines(tmp_path / "secret.jsonl", [{"id": "s"}]))
    with pytest.raises(InputError, match="outside of it"):
        convert([hub], tmp_path / "out2", to="arrow")


def test_datasets_reads_each_form_as_the_same_rows(tmp_path: Path) -> None:
    """Parquet, JSON Lines, CSV, an Arrow file, and a folder; features of hubs survive all of them."""
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"]),
         "n": datasets.Value("int64"), "x": datasets.Value("float64")}
    )  # fmt: skip
    rows = [
        {"text": 'a "b",\nc', "label": 1, "n": 2**53 + 1, "x": 0.1},
        {"text": "\u2028é", "label": 0, "n": -1, "x": -2.5},
    ]
    made = datasets.Dataset.from_list(rows, features=features)
    made.save_to_disk(str(tmp_path / "saved"))
    previous: Any = tmp_path / "saved"
    for name, builder in (
        ("a.parquet", "parquet"),
        ("a.jsonl", "json"),
        ("a.csv", "csv"),
        ("a.arrow", "arrow"),
    ):
        convert([previous], tmp_path / name)
        previous = tmp_path / name
        found = datasets.load_dataset(
            builder, data_files=str(previous), split="train", cache_dir=str(tmp_path / "cache")
        )
        assert found.to_list() == rows, name
        if builder in ("parquet", "arrow"):
            assert found.features == features
    convert([previous], tmp_path / "folder", to="arrow")
    found = datasets.load_from_disk(str(tmp_path / "folder"))
    assert found.features == features
    assert found.to_list() == rows
    # A folder with schemas beside its files: loaders pass over these.
    (tmp_path / "d").mkdir()
    convert([previous], tmp_path / "d" / "a.jsonl")
    assert (
        datasets.load_dataset(str(tmp_path / "d"), cache_dir=str(tmp_path / "cache"))["train"].to_list()
        == rows
    )


def test_features_of_hubs_survive_text(tmp_path: Path) -> None:
    """Of all sorts, through JSON Lines and back."""
    import datasets
    from datasets import Json, LargeList, List, Translation, Value

    features = datasets.Features(
        {"t": Translation(["de", "id"]), "j": Json(), "l": List(Value("int8")), "ll": LargeList(Value("string")),
         "s": {"at": Value("timestamp[s, tz=UTC]")}, "p": List(Value("float32"), length=2),
         "d": Value("decimal128(5, 2)")}
    )  # fmt: skip
    row = {"t": {"de": "a", "id": "b"}, "j": {"k": [1, "x"]}, "l": [1], "ll": [], "s": {"at": None}, "p": [1.0, 2.0],
           "d": Decimal("1.50")}  # fmt: skip
    table = datasets.Dataset.from_list([row], features=features).data.table
    # `to_parquet` of datasets 5.2 ends in an error where there is a Translation.
    pq.write_table(table.replace_schema_metadata(features.arrow_schema.metadata), tmp_path / "a.parquet")
    convert([tmp_path / "a.parquet"], tmp_path / "a.jsonl.gz")
    convert([tmp_path / "a.jsonl.gz"], tmp_path / "b.parquet")
    convert([tmp_path / "b.parquet"], tmp_path / "c", to="arrow")
    found = datasets.load_from_disk(str(tmp_path / "c"))
    assert found.features == features
    assert found.to_list() == [row]


# --- the command line ---


def test_the_command(tmp_path: Path) -> None:
    """What it prints, and its exit codes."""
    path = lines(tmp_path / "a.jsonl", ROWS)
    done = run("convert", path, tmp_path / "a.parquet", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert {k: v for k, v in json.loads(done.stdout).items() if k != "seconds"} == {
        "out": str(tmp_path / "a.parquet"), "form": "parquet", "rows": 2, "splits": {}, "losses": [],
    }  # fmt: skip
    cases: list[tuple[list[Any], int, str]] = [
        ([path], 2, "last, where to"),
        ([path, tmp_path / "a.parquet"], 2, "is there already"),
        ([path, tmp_path / "noform"], 2, "--to"),
        ([path, tmp_path / "a.csv"], 2, 'CSV cannot hold these columns: "tags"'),
        ([path, tmp_path / "b.parquet", "--where", "n > 'x'"], 2, 'compares "n"'),
        ([tmp_path / "none.jsonl", tmp_path / "b.parquet"], 2, "there is no such file"),
        ([path, tmp_path / "no" / "b.parquet"], 3, "cannot be written"),
        ([path, tmp_path / "b.jsonl.xz"], 2, "is read, not written"),
    ]
    for arguments, code, said in cases:
        done = run("convert", *arguments)
        assert (done.returncode, done.stdout) == (code, ""), arguments
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nonsense PAR1")
    done = run("convert", tmp_path / "bad.parquet", tmp_path / "c.jsonl")
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert "bad.parquet: is damaged, or no Parquet file" in done.stderr
    assert CliRunner().invoke(root, ["convert", "--help"]).exit_code == 0


def test_a_release_is_converted(tmp_path: Path) -> None:
    """All its rows, by split; into forms that load again."""
    import corpuskit

    rows = [{"id": str(i), "text": f"text {i}", "title": f"t{i}"} for i in range(50)]
    lines(tmp_path / "raw" / "a.jsonl", rows)
    (tmp_path / "corpus.toml").write_text(
        '[corpus]\nname = "c"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
        '[[source]]\nname = "s"\nfiles = ["raw/*.jsonl"]\n'
        'license = "CC0-1.0"\nlanguage = "en"\n[splits]\nshares = { train = 0.5, test = 0.5 }\n'
    )
    release = corpuskit.build(tmp_path / "corpus.toml", tmp_path / "out").path
    made = convert([release], tmp_path / "arrow", to="arrow")
    assert sum(made.splits.values()) == 50
    import datasets

    found = datasets.load_from_disk(str(tmp_path / "arrow"))
    expected = {
        split: [r for b in corpuskit.read(release, split=split) for r in b.to_pylist()] for split in found
    }
    assert {split: found[split].to_list() for split in found} == expected
    convert([release], tmp_path / "test.jsonl.gz", split="test")
    with gzip.open(tmp_path / "test.jsonl.gz", "rt") as file:
        assert [json.loads(line)["id"] for line in file] == [row["id"] for row in expected["test"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_conversion_leaves_nothing_whole(number: int, tmp_path: Path) -> None:
    """Nothing at the place of the output; after SIGTERM nothing beside it either."""
    with (tmp_path / "a.jsonl").open("w") as file:
        file.writelines(json.dumps({"text": f"{i} " * 200}) + "\n" for i in range(60_000))
    code = "from corpuskit.cli import main; main()"
    argv = [
        sys.executable,
        "-c",
        code,
        "convert",
        "-q",
        str(tmp_path / "a.jsonl"),
        str(tmp_path / "b.jsonl.gz"),
    ]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".b.jsonl.gz.part-*/b.jsonl.gz")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, number)
    process.communicate()
    assert process.returncode == (143 if number == signal.SIGTERM else -number)
    assert not (tmp_path / "b.jsonl.gz").exists()
    assert not (tmp_path / ".b.jsonl.gz.arrow-schema").exists()
    if number == signal.SIGTERM:
        assert [p.name for p in tmp_path.iterdir()] == ["a.jsonl"]
    convert([lines(tmp_path / "a.jsonl", ROWS)], tmp_path / "b.jsonl.gz")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".b.jsonl.gz.arrow-schema", "a.jsonl", "b.jsonl.gz"]


# --- the odd files of others ---


def test_odd_parquet(shared: Shared, tmp_path: Path) -> None:
    """Each is refused in words, or its rows come back from JSON Lines or Arrow as pyarrow reads them."""
    told = {"read": 0, "refused": 0}
    for path in sorted(shared("parquet-odd").rglob("*.parquet")):
        out = tmp_path / f"{path.stem}.arrow"
        try:
            convert([path], out)
        except CorpusError as error:
            told["refused"] += 1
            assert path.name in str(error)  # noqa: PT017
            continue
        told["read"] += 1
        found = pa.ipc.open_stream(out.read_bytes()).read_all()
        assert found.equals(pq.read_table(path)) or path.name == "single_nan.parquet"
        try:
            convert([out], tmp_path / f"{path.stem}.jsonl")
            convert([tmp_path / f"{path.stem}.jsonl"], tmp_path / f"{path.stem}.2.arrow")
        except CannotHold as error:
            assert "JSON" in str(error)  # noqa: PT017
            continue
        assert pa.ipc.open_stream((tmp_path / f"{path.stem}.2.arrow").read_bytes()).read_all().equals(found)
    assert told["read"] >= 18, told
    assert told["refused"] <= 12, told


def test_odd_csv(shared: Shared, tmp_path: Path) -> None:
    """Each is refused in words, or has the cells that the csv module reads."""
    told = {"read": 0, "refused": 0}
    for path in sorted(p for p in shared("csv-odd").iterdir() if p.suffix in (".csv", ".tsv")):
        out = tmp_path / f"{path.name}.arrow"
        try:
            convert([path], out)
        except CorpusError as error:
            told["refused"] += 1
            assert path.name in str(error)  # noqa: PT017
            continue
        told["read"] += 1
        found = pa.ipc.open_stream(out.read_bytes()).read_all()
        text = path.read_bytes().decode("utf-8-sig")
        mark = next(
            (m for m in ("\t", ";", "|") if text.split("\n")[0].count(m) > text.split("\n")[0].count(",")),
            ",",
        )
        rows = [
            row
            for row in csv.reader(text.splitlines(keepends=True), delimiter=mark)
            if any(c.strip(" \t") for c in row) or len(row) > 1
        ]
        cells = [[cell or "" for cell in row.values()] for row in found.to_pylist()]
        assert [found.schema.names, *cells] == rows, path.name
        convert([out], tmp_path / f"{path.name}.csv")
        convert([tmp_path / f"{path.name}.csv"], tmp_path / f"{path.name}.2.arrow")
        assert pa.ipc.open_stream((tmp_path / f"{path.name}.2.arrow").read_bytes()).read_all().equals(found)
    assert told["read"] >= 60, told


HOSTILE_NAMES = ["../../keluar", "/tmp/keluar", "a/b", "..", ".", "", "a\nb"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("what", ["config_name", "split"])
def test_names_of_a_strangers_card_lead_nowhere(tmp_path: Path, name: str, what: str) -> None:
    """A config or split of a README that is no plain name is refused, and nothing is written."""
    source = tmp_path / "deep" / "src"
    source.mkdir(parents=True)
    (source / "x.jsonl").write_text('{"a": 1}\n')
    told = {"config_name": "satu", "split": "train"} | {what: name}
    files = [{"split": told["split"], "path": "x.jsonl"}]
    head = json.dumps([{"config_name": told["config_name"], "data_files": files}])
    (source / "README.md").write_text(f"---\nconfigs: {head}\n---\n")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CorpusError):
        convert([source], tmp_path / "deep" / "out", to="jsonl")
    assert sorted(tmp_path.rglob("*")) == before


def test_only_what_a_conversion_wrote_is_replaced(tmp_path: Path) -> None:
    """A folder with something else in it, or with an input, stays as it is."""
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n')
    convert([tmp_path / "x.jsonl"], tmp_path / "out", to="csv")
    convert([tmp_path / "x.jsonl"], tmp_path / "out", to="csv", replace=True)
    with pytest.raises(SpecError, match="an input"):
        convert([tmp_path / "x.jsonl"], tmp_path, to="csv", replace=True)
    (tmp_path / "out" / "catatan.txt").write_text("Penting.")
    with pytest.raises(SpecError, match=r"catatan\.txt"):
        convert([tmp_path / "x.jsonl"], tmp_path / "out", to="csv", replace=True)
    assert (tmp_path / "out" / "catatan.txt").read_text() == "Penting."


def test_a_release_with_an_empty_split(tmp_path: Path) -> None:
    """Splits without articles have no file; a release without any article is refused in words."""
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": "Isi."}\n')
    (tmp_path / "b.jsonl").write_text('{"id": "1", "text": ""}\n')
    spec = (
        '[corpus]\nname = "x"\nversion = "1.0.0"\nlicense = "MIT"\n[[source]]\nname = "s"\nlanguage = "id"\n'
        'license = "MIT"\nmax_loss = 1\n'
    )
    for name in ("a", "b"):
        text = spec + f'files = ["{name}.jsonl"]\n[splits]\nshares = {{ train = 0.5, test = 0.5 }}\n'
        (tmp_path / f"{name}.toml").write_text(text)
    one, none = (build(tmp_path / f"{name}.toml", tmp_path / f"out-{name}").path for name in ("a", "b"))
    convert([one], tmp_path / "rows", to="jsonl")
    assert [path.read_text() != "" for path in (tmp_path / "rows").rglob("*.jsonl")] == [True]
    with pytest.raises(SpecError, match="no article"):
        convert([none], tmp_path / "nothing", to="jsonl")


def test_splits_of_other_columns_are_refused(tmp_path: Path) -> None:
    """What loaders could not open as one config is not written."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "train.jsonl").write_text('{"a": 1}\n')
    (tmp_path / "in" / "test.jsonl").write_text('{"a": "x", "b": 2}\n')
    for form in ("parquet", "arrow"):
        with pytest.raises(InputError, match="differ in their columns"):
            convert([tmp_path / "in"], tmp_path / "out", to=form)
    assert not (tmp_path / "out").exists()


def test_a_name_says_the_form(tmp_path: Path) -> None:
    """A file is not called like one form and written in another."""
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(SpecError, match="is called like csv"):
        convert([tmp_path / "x.jsonl"], tmp_path / "n.csv", to="parquet")
