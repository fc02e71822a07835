"""What a conversion puts in its place: nothing over another's, nothing left beside it, whatever the file system."""

import errno
import os
import shutil
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.conversion import convert, placing
from corpuskit.conversion.placing import placed_file, placed_folder
from corpuskit.errors import CorpusError, InputError, SpecError


def wrote(path: Path, text: str) -> Path:
    """A file of some text."""
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file gets its place all the same, and none that is taken by then."""

    def link(*_: Any) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)
    source = wrote(tmp_path / "a.jsonl", '{"a":1}\n')
    convert([source], tmp_path / "b.parquet")
    convert([source], tmp_path / "b.jsonl.gz")
    assert pq.read_table(tmp_path / "b.parquet").to_pylist() == [{"a": 1}]
    monkeypatch.setattr(placing, "_check_free", lambda *_, **__: None)
    with pytest.raises(SpecError, match="is there already"):
        taken(tmp_path / "c.parquet")
    assert (tmp_path / "c.parquet").read_text() == "first"


def taken(out: Path) -> None:
    """Have a file written to a place that another takes meanwhile."""
    with placed_file(out, out.suffix[1:], replace=False) as part:
        part.write_text("late")
        out.write_text("first")


def taken_folder(out: Path) -> None:
    """The same of a folder."""
    with placed_folder(out, [], replace=False) as folder:
        (folder / "x").write_text("late")
        out.mkdir()
        (out / "x").write_text("first")


@pytest.mark.parametrize(
    ("take", "name"), [(taken, "c.parquet"), (taken, "c.jsonl"), (taken_folder, "f"), (taken, "d.tsv")]
)
def test_a_place_that_is_taken_meanwhile(
    tmp_path: Path, take: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another put there while rows were written stays; also where that is seen at the last moment only."""
    out = tmp_path / name
    for _ in range(2):
        with pytest.raises(SpecError, match="is there already"):
            take(out)
        assert (out / "x" if out.is_dir() else out).read_text() == "first"
        assert [path.name for path in tmp_path.iterdir()] == [name]
        shutil.rmtree(out) if out.is_dir() else out.unlink()
        monkeypatch.setattr(placing, "_check_free", lambda *_, **__: None)


def test_of_conversions_to_one_place_one_succeeds(tmp_path: Path) -> None:
    """Its rows stand beside its schema, and nothing else is left."""
    sources = [wrote(tmp_path / f"{i}.jsonl", f'{{"c{i}":{i}}}\n' * 100) for i in range(4)]
    start, done = Barrier(4), []

    def run(source: Path) -> None:
        start.wait()
        try:
            convert([source], tmp_path / "out.jsonl")
        except CorpusError as error:
            done.append(str(error))
        else:
            done.append("")

    threads = [Thread(target=run, args=[source]) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.count("") == 1
    assert all(not said or "is there already" in said for said in done)
    names = pa.ipc.open_stream((tmp_path / ".out.jsonl.arrow-schema").read_bytes()).schema.names
    assert (tmp_path / "out.jsonl").read_text().startswith(f'{{"{names[0]}"')
    assert len(list(tmp_path.iterdir())) == 6


def test_leftovers_go_and_what_is_in_use_stays(tmp_path: Path) -> None:
    """The parts of a conversion that was killed; those of one that runs, or of another name, are not ours."""
    for name in (".b.parquet.part-dead", ".bb.parquet.part-x"):
        (tmp_path / name).mkdir()
        wrote(tmp_path / name / "b.parquet", "half")
    source = wrote(tmp_path / "a.jsonl", '{"a":1}\n')
    with placed_file(tmp_path / "b.parquet", "parquet", replace=True) as part:
        wrote(part, "slow")
        convert([source], tmp_path / "b.parquet")
        assert part.read_text() == "slow"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".bb.parquet.part-x", "a.jsonl", "b.parquet"]
    assert (tmp_path / "b.parquet").read_text() == "slow"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"columns": ["titel"]}, 'has no column "titel"; the nearest of "id", "title" is "title"'),
        ({"columns": ["id", "id"]}, 'the column "id" is named twice'),
        ({"where": "titel is null"}, "'titel', and there is no column of that name; the nearest of"),
        ({"where": 'id = "x"'}, "a text stands in single quotes: 'x'"),
        ({"where": "id > 5"}, 'compares "id", which is of the type string, with 5'),
        ({"config": "x"}, "--config: chooses among parts of a folder, and files are given"),
        ({"compression": "zstd:30"}, "zstd has no level 30"),
        ({"compression": "zip"}, "there is no compression 'zip'"),
    ],
)
def test_wrong_calls_say_what_is_right(tmp_path: Path, arguments: Any, said: str) -> None:
    """The column, the one that may be meant, and what to write."""
    source = wrote(tmp_path / "a.jsonl", '{"id":"1","title":"x"}\n')
    with pytest.raises(SpecError) as caught:
        convert([source], tmp_path / "a.parquet", **arguments)
    assert said in str(caught.value)
    with pytest.raises(SpecError, match="no such file"):
        convert([tmp_path / "none.jsonl"], tmp_path / "a.parquet", **arguments)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("z.jsonl.xz", r"z\.jsonl\.xz: \.xz is read, not"),
        ("z.parquet.gz", r"z\.parquet\.gz: Parquet is not packed"),
    ],
)
def test_packings_that_are_not_written(tmp_path: Path, name: str, said: str) -> None:
    """They are refused by the name that was given."""
    with pytest.raises(SpecError, match=said):
        convert([wrote(tmp_path / "a.jsonl", '{"id":"1"}\n')], tmp_path / name)


def test_files_together_of_which_some_have_a_schema(tmp_path: Path) -> None:
    """JSON Lines without one join where their values have the same types; else the column is named."""
    plain = wrote(tmp_path / "plain.jsonl", '{"id":"b","n":null}\n{"id":"c"}\n')
    other = wrote(tmp_path / "other.jsonl", '{"id":"b","z":2}\n')
    typed = tmp_path / "typed.parquet"
    pq.write_table(pa.table({"id": ["a"], "n": pa.array([1], pa.int8())}), typed)
    for files in ([typed, plain], [plain, typed]):
        convert(files, tmp_path / "all.parquet", replace=True)
        found = pq.read_table(tmp_path / "all.parquet")
        assert found.schema.field("n").type == pa.int8()
        assert sorted(found["id"].to_pylist()) == ["a", "b", "c"]
    with pytest.raises(InputError, match=r'other\.jsonl: has the column "z", which .*typed\.parquet lacks'):
        convert([typed, other], tmp_path / "no.parquet")
    wrote(plain, '{"id":"b","n":5}\n')
    with pytest.raises(InputError, match=r'the column "n" of the type int64 by its values, .* of int8'):
        convert([plain, typed], tmp_path / "no.parquet")
    wrote(tmp_path / "1.csv", "id,title\n1,x\n")
    wrote(tmp_path / "2.csv", "id,name\n1,x\n")
    with pytest.raises(InputError, match=r'2\.csv: has other columns .* lacks "title", it has "name" more'):
        convert([tmp_path / "1.csv", tmp_path / "2.csv"], tmp_path / "no.parquet")


def test_an_output_that_is_an_input_is_refused(tmp_path: Path) -> None:
    """Also where a glob or a link leads to it."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1}\n')
    (tmp_path / "b.jsonl").symlink_to(path)
    for given, out in ((path, path), (tmp_path / "*.jsonl", path), (path, tmp_path / "b.jsonl")):
        with pytest.raises(SpecError, match="is an input, which would be lost"):
            convert([given], out, replace=True)
    assert path.read_text() == '{"id": 1}\n'


@pytest.mark.parametrize("name", ["a.jsonl", "data/b.csv", "README.md"])
def test_a_folder_of_others_is_not_replaced(tmp_path: Path, name: str) -> None:
    """What looks like data, and a card with more in it than a conversion writes."""
    source, mine = tmp_path / "x.jsonl", tmp_path / "mine"
    source.write_text('{"id": 1}\n')
    convert([source], mine, to="parquet")
    convert([source], mine, to="parquet", replace=True)
    (mine / name).parent.mkdir(exist_ok=True)
    (mine / name).write_text("# My own\n")
    with pytest.raises(SpecError, match="which would be lost"):
        convert([source], mine, to="parquet", replace=True)


def test_columns_nested_too_deep_for_readers_of_parquet(tmp_path: Path) -> None:
    """The deepest that can be read is written; one level more is refused by its column, and nothing is written."""
    most = 49
    for depth in (most, most + 1):
        (tmp_path / f"{depth}.jsonl").write_text('{"a":' + "[" * depth + "1" + "]" * depth + "}\n")
    convert([tmp_path / f"{most}.jsonl"], tmp_path / "a.parquet")
    assert pq.read_metadata(tmp_path / "a.parquet").num_rows == 1
    with pytest.raises(SpecError, match=r'"a" is nested .* levels deep'):
        convert([tmp_path / f"{most + 1}.jsonl"], tmp_path / "b.parquet")
    assert not (tmp_path / "b.parquet").exists()
