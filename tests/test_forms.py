"""Arrow and JSON Lines in a release: the rows of the Parquet files, loadable by others, and proved by verify."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.card import render_card
from corpuskit.findings import Finding
from corpuskit.forms import FORMS, regrouped
from corpuskit.layout import form_glob, form_name
from corpuskit.output import FORMATS
from corpuskit.schema import built_in
from corpuskit.writers.arrow import write_stream
from corpuskit.writers.jsonl import write_jsonl

ALL = 'formats = ["parquet", "arrow", "jsonl"]'
SPLITS = "[splits]\nshares = { train = 0.6, test = 0.4 }\n"
SCHEMA = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {
        "id": {"type": "string"},
        "text": {"type": "string"},
        "score": {"type": "number"},
        "votes": {"type": "integer"},
        "checked": {"type": "boolean"},
        "at": {"type": "string", "format": "date-time"},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"b": {"type": "array", "items": {"type": "string"}}, "a": {"type": "integer"}},
            },
        },
        "any": {},
    },
}
Corpus = Callable[..., Path]


def values(n: int) -> dict[str, Any]:
    """A record of every type that a column can have, each with its ends and with null."""
    odd = ["", "\x00\x1f", "\u2028\u202e", '"\\/', "a\u0301\U0001f600", "2017-12-19"]
    return {
        "id": f"r{n}",
        "text": f"Isi {n} {odd[n % 6]}",
        "score": [0.1, -0.0, 5e-324, 1.7e308, None][n % 5],
        "votes": [2**63 - 1, -(2**63), 0, None][n % 4],
        "checked": [True, False, None][n % 3],
        "at": ["2017-12-19T06:16:05.000001Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"][n % 3],
        "parts": [[], [{"b": ["", odd[n % 6]], "a": n}, {"b": None, "a": None}], None][n % 3],
        "any": [{"z": 1, "a": [None]}, "teks", 5, None][n % 4],
    }


@pytest.fixture
def release(corpus: Corpus, tmp_path: Path) -> Path:
    """A release in every format, with articles as the built-in schema has them, and two configs by licence."""
    records = [article(n, license="MIT" if n % 2 else "CC0-1.0", tags=[n]) for n in range(90)]
    extra = (
        f'{SPLITS}[output]\n{ALL}\nconfigs = ["license"]\nshards = {{ train = 2 }}\nrow_group_bytes = "3KB"'
    )
    return corpuskit.build(corpus({"a.jsonl": jsonl(records)}, extra=extra), tmp_path / "out").path


@pytest.fixture
def typed(corpus: Corpus, tmp_path: Path) -> Path:
    """A release in every format whose schema has every type of column."""
    spec = corpus({"a.jsonl": jsonl(map(values, range(60)))}, extra=f"{SPLITS}[output]\n{ALL}")
    (spec.parent / "own.json").write_text(json.dumps(SCHEMA))
    spec.write_text(spec.read_text() + '\n[schema]\narticle = "own.json"\n')
    return corpuskit.build(spec, tmp_path / "out").path


def manifest(release: Path) -> dict[str, Any]:
    """The manifest of a release."""
    found: dict[str, Any] = json.loads((release / "manifest.json").read_bytes())
    return found


def rows(release: Path, split: str, partition: str = "") -> list[dict[str, Any]]:
    """The rows of the Parquet files of a split."""
    files = sorted((release / "data").rglob(f"{split}-*.parquet"))
    return [
        row for path in files if partition in str(path) for row in pq.ParquetFile(path).read().to_pylist()
    ]


@pytest.fixture(params=["release", "typed"])
def any_release(request: pytest.FixtureRequest) -> Path:
    """Either of them."""
    found: Path = request.getfixturevalue(request.param)
    return found


# --- what a build writes ---


def test_the_manifest_tells_of_every_form(release: Path) -> None:
    """Each data file has one of each form beside it, of its split and rows; `**/*.parquet` is the data alone."""
    files = manifest(release)["files"]
    data = {e["path"]: (e["split"], e["rows"]) for e in files if e["role"] == "data"}
    assert len(data) == 6
    for form in FORMS:
        assert {e["path"]: (e["split"], e["rows"]) for e in files if e["role"] == form} == {
            form_name(path, form): stated for path, stated in data.items()
        }
    assert {e["path"] for e in files if e["role"] == "arrow-state"} == {
        "arrow/dataset_dict.json",
        *(f"arrow/{split}/{name}.json" for split in ("train", "test") for name in ("state", "dataset_info")),
    }
    assert {p.relative_to(release).as_posix() for p in release.rglob("*.parquet")} == data.keys()
    assert corpuskit.verify(release) == []


def test_load_from_disk(any_release: Path, tmp_path: Path) -> None:
    """The folder is a DatasetDict and each split a Dataset, with the rows and the features of the Parquet files."""
    whole = datasets.load_from_disk(str(any_release / "arrow"))
    assert isinstance(whole, datasets.DatasetDict)
    assert list(whole) == ["train", "test"]
    plain = datasets.load_dataset(str(any_release), cache_dir=str(tmp_path / "hf"))
    for split, data in whole.items():
        alone = datasets.load_from_disk(str(any_release / "arrow" / split))
        assert isinstance(alone, datasets.Dataset)
        assert alone.split == data.split == split
        assert data.features == alone.features == plain[split].features
        assert data[:] == alone[:] == plain[split][:]
        assert list(data) == rows(any_release, split)


@pytest.mark.parametrize(("builder", "form"), [("parquet", "parquet"), ("arrow", "arrow"), ("json", "jsonl")])
def test_load_dataset_by_files(any_release: Path, tmp_path: Path, builder: str, form: str) -> None:
    """`load_dataset` of a form's files, of each split and each partition, has the rows of the Parquet files."""
    if builder == "json":
        pytest.importorskip("zstandard")
    features = datasets.load_dataset_builder(str(any_release)).info.features
    fields = manifest(any_release)["config_rule"]["fields"]
    for split in ("train", "test"):
        for folder in ("*", "license-mit") if fields else ("",):
            files = str(any_release / form_glob(form, split, folder))
            loaded = datasets.load_dataset(
                builder, data_files={split: files}, features=features, cache_dir=str(tmp_path / f"{folder}hf")
            )[split]
            assert len(loaded) > 0
            assert list(loaded) == rows(any_release, split, folder.strip("*"))


def test_the_folder_is_parquet_to_hubs(release: Path, tmp_path: Path) -> None:
    """`load_dataset(folder)` sees the Parquet files and nothing else, with the configs that it has without forms."""
    assert datasets.get_dataset_config_names(str(release)) == [
        "default", "license-cc0-1.0", "license-mit", "permissive",
    ]  # fmt: skip
    builder = datasets.load_dataset_builder(str(release), cache_dir=str(tmp_path))
    found = {Path(path).suffix for files in builder.config.data_files.values() for path in files}
    assert found == {".parquet"}


def test_json_lines_are_one_object_a_line(release: Path) -> None:
    """Each line is one JSON object with every column in the order of the schema, null where there is no value."""
    names = [column["name"] for column in manifest(release)["columns"]]
    for path in sorted((release / "jsonl").rglob("*.jsonl.zst")):
        with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as stream:
            lines = stream.read().split(b"\n")
        assert lines.pop() == b""
        assert all(list(json.loads(line)) == names for line in lines)


def test_formats_change_nothing_else(corpus: Corpus, tmp_path: Path) -> None:
    """Data, provenance and content id are the same bytes whatever forms stand beside them."""
    built = {}
    for formats in (["parquet"], ["parquet", "jsonl"], ["jsonl", "arrow", "parquet"]):
        name = "-".join(formats)
        extra = f"{SPLITS}[output]\nformats = {json.dumps(formats)}"
        spec = corpus({"a.jsonl": jsonl(map(article, range(50)))}, extra=extra, folder=name)
        built[name] = corpuskit.build(spec, tmp_path / "out" / name)
        folders = {p.name for p in built[name].path.iterdir()}
        assert {"arrow", "jsonl"} & folders == {"arrow", "jsonl"} & set(formats)
    assert len({r.content_id for r in built.values()}) == 1
    shared = [
        {e["path"]: e["sha256"] for e in manifest(r.path)["files"] if e["role"] in {"data", "provenance", "schema"}}
        for r in built.values()
    ]  # fmt: skip
    assert shared[0] == shared[1] == shared[2]


def test_other_formats_take_no_shard_of_the_cache_and_no_part_anew(corpus: Corpus, tmp_path: Path) -> None:
    """With another list of formats a build gives what it gives without a cache; `--check` sees the difference."""
    spec = corpus({"a.jsonl": jsonl(map(article, range(50)))}, extra=SPLITS)
    out = tmp_path / "out"
    corpuskit.build(spec, out)
    plain = spec.read_text()
    for formats in (
        '["parquet", "arrow"]',
        '["parquet", "jsonl"]',
        '["parquet", "arrow", "jsonl"]',
        '["parquet"]',
    ):
        spec.write_text(f"{plain}\n[output]\nformats = {formats}\n")
        release = corpuskit.build(spec, out, replace=True)
        again = corpuskit.build(spec, tmp_path / "fresh", cache=False, replace=True, jobs=2)
        assert release.root_digest == again.root_digest
        assert corpuskit.reproduce(spec, release.path) == []
    spec.write_text(f'{plain}\n[output]\nformats = ["parquet", "jsonl"]\n')
    named = {f.file for f in corpuskit.reproduce(spec, release.path) if f.kind == "other-file"}
    assert {f"jsonl/{split}-00000-of-00001.jsonl.zst" for split in ("train", "test")} <= named


def test_a_corpus_without_rows_has_no_forms(corpus: Corpus, tmp_path: Path) -> None:
    """Where no article was kept there are no files of any form, and the release verifies."""
    release = corpuskit.build(
        corpus({"a.jsonl": b"rusak\n"}, extra=f"[output]\n{ALL}"), tmp_path / "out"
    ).path
    assert not {"arrow", "jsonl", "data"} & {p.name for p in release.iterdir()}
    assert corpuskit.verify(release) == []


def test_the_card_says_how_to_load_each_form(release: Path, corpus: Corpus, tmp_path: Path) -> None:
    """A release with forms has a line for each in its card, one without has none."""
    card = (release / "README.md").read_text()
    plain = corpuskit.build(corpus({"b.jsonl": jsonl([article(1)])}, folder="plain"), tmp_path / "plain").path
    for words in ('load_from_disk("tiny-1.0.0/arrow")', "tiny-1.0.0/jsonl/"):
        assert words in card
        assert words not in (plain / "README.md").read_text()


# --- what verify finds ---


def errors(release: Path, **options: Any) -> list[Finding]:
    """The findings of severity error."""
    return [f for f in corpuskit.verify(release, **options) if f.severity == "error"]


def seal(release: Path, found: dict[str, Any]) -> None:
    """Make manifest, sidecar and card agree with the files that there are now, as a forger would."""
    (release / "README.md").write_text(render_card(found), encoding="utf-8")
    for entry in found["files"]:
        data = (release / entry["path"]).read_bytes()
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    text = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    (release / "manifest.json").write_bytes(text)
    digest = hashlib.sha256(text).hexdigest()
    (release / "manifest.json.sha256").write_text(f"{digest}  manifest.json\n")


SHARD = "data/license-mit/train-00001-of-00002.parquet"
WRITERS: dict[str, Any] = {"arrow": write_stream, "jsonl": write_jsonl}


def _set(table: Any, column: str, new: Any) -> Any:
    place = table.column_names.index(column)
    return table.set_column(place, column, new)


def _replaced(table: Any, column: str, value: Any) -> Any:
    kept = table[column].to_pylist()
    return _set(table, column, pa.array([*kept[:3], value, *kept[4:]], table.schema.field(column).type))


CHANGES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "another text": (lambda t: _replaced(t, "text", "Lain."), "row 3, column `text`: \"Lain.\""),
    "null for a title": (lambda t: _replaced(t, "title", None), "row 3, column `title`: null"),
    "empty text for null": (lambda t: _replaced(t, "url", ""), "row 3, column `url`: \"\""),
    "an empty list for null": (lambda t: _replaced(t, "authors", []), "row 3, column `authors`"),
    "a row less": (lambda t: t.slice(0, t.num_rows - 1), "rows; the Parquet file has"),
    "a row more": (lambda t: pa.concat_tables([t, t.slice(0, 1)]), "rows or more; the Parquet file has"),
    "rows in another order": (lambda t: pa.concat_tables([t.slice(1), t.slice(0, 1)]), "row 0, column `id`"),
    "no rows": (lambda t: t.slice(0, 0), "0 rows; the Parquet file has"),
    "another type": (lambda t: _set(t, "title", pa.array(range(t.num_rows))), ""),
    "a column less": (lambda t: t.drop_columns("url"), ""),
    "a column more": (lambda t: t.append_column("lain", pa.array(["x"] * t.num_rows)), ""),
    "columns in another order": (lambda t: t.select(t.column_names[::-1]), ""),
}  # fmt: skip
# What JSON does not tell: a column that is null in all rows need not be there, and its members have no order.
UNSEEN = {("jsonl", "a column less"), ("jsonl", "columns in another order")}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("change", CHANGES)
def test_other_rows_in_a_form_are_found(release: Path, form: str, change: str) -> None:
    """A file of a form that was written again, and sealed, is named, with the row and the column."""
    alter, words = CHANGES[change]
    name = form_name(SHARD, form)
    # Parquet numbers its fields in the schema; what is cast is as it was written.
    table = alter(pq.ParquetFile(release / SHARD).read().cast(built_in().arrow))
    WRITERS[form](release / name, table.schema, [table])
    assert name in {f.file for f in errors(release)}  # it has another digest
    seal(release, manifest(release))
    found = [f for f in errors(release) if f.file == name]
    if (form, change) in UNSEEN:
        assert found == []
    else:
        assert [f.kind for f in found] == ["wrong-content"]
        assert words in found[0].message


STATES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a stale state": lambda s: s["_data_files"].pop(),
    "another order": lambda s: s["_data_files"].reverse(),
    "a file outside": lambda s: s["_data_files"].append({"filename": "../test/x.arrow"}),
    "another split": lambda s: s.update(_split="test"),
    "another fingerprint": lambda s: s.update(_fingerprint="0" * 16),
}


@pytest.mark.parametrize("change", STATES)
def test_a_state_that_is_not_true_is_found(release: Path, change: str) -> None:
    """state.json must name the files that there are, in their order, also where manifest and card agree with it."""
    path = release / "arrow/train/state.json"
    state = json.loads(path.read_text())
    STATES[change](state)
    path.write_text(json.dumps(state, indent=2, sort_keys=True))
    seal(release, manifest(release))
    assert [(f.kind, f.file) for f in errors(release)] == [("wrong-claim", "arrow/train/state.json")]


@pytest.mark.parametrize("name", ["arrow/dataset_dict.json", "arrow/test/dataset_info.json"])
def test_another_document_is_found(release: Path, name: str) -> None:
    """The other documents likewise."""
    (release / name).write_text((release / name).read_text().replace("test", "uji"))
    seal(release, manifest(release))
    assert [(f.kind, f.file) for f in errors(release)] == [("wrong-claim", name)]


LISTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a file of a form less": lambda m: m["files"].remove(next(e for e in m["files"] if e["role"] == "jsonl")),
    "fewer rows in one": lambda m: next(e for e in m["files"] if e["role"] == "arrow").update(rows=1),
    "another split of one": lambda m: next(e for e in m["files"] if e["role"] == "jsonl").update(split="uji"),
    "no rows in one": lambda m: next(e for e in m["files"] if e["role"] == "jsonl").pop("rows"),
    "a document less": lambda m: m["files"].remove(next(e for e in m["files"] if e["role"] == "arrow-state")),
    "a form as data": lambda m: next(e for e in m["files"] if e["role"] == "jsonl").update(role="data"),
}


@pytest.mark.parametrize("change", LISTS)
@pytest.mark.parametrize("quick", [False, True])
def test_a_list_of_files_that_is_not_true_is_found(release: Path, change: str, quick: bool) -> None:
    """Each data file must have its file of each form in the manifest, of the same split and rows."""
    found = manifest(release)
    LISTS[change](found)
    for path in {e["path"] for e in manifest(release)["files"]} - {e["path"] for e in found["files"]}:
        (release / path).unlink()
    seal(release, found)
    assert errors(release, quick=quick) or (quick and change == "a document less")


@pytest.mark.parametrize("name", ["arrow", "jsonl"])
def test_a_file_of_a_form_that_cannot_be_read_is_named(release: Path, name: str) -> None:
    """Damage that manifest and sidecar agree with is a finding, never a traceback."""
    for share in (0, 0.02, 0.5):
        copy = Path(shutil.copytree(release, release.parent / f"copy-{name}-{share}"))
        path = copy / form_name(SHARD, name)
        path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
        seal(copy, manifest(copy))
        assert form_name(SHARD, name) in {f.file for f in errors(copy)}


# --- the parts ---


def test_regrouped_keeps_rows_and_says_where_they_lack() -> None:
    """Tables of any sizes come as tables of the sizes asked for; too few or too many rows show at the end."""
    table = pa.table({"n": range(10)})
    for piece in (1, 3, 10):

        def pieces() -> Any:
            return iter([table.slice(at, piece) for at in range(0, 10, piece)])  # noqa: B023 - used at once

        for counts, sizes in (
            ([4, 6], [4, 6]),
            ([4, 7], [4, 6]),
            ([4], [4, 6]),
            ([10, 2], [10, 0]),
            ([], [10]),
        ):
            found = list(regrouped(pieces(), counts, table.schema))
            assert [t.num_rows for t in found] == sizes
            assert pa.concat_tables(found).equals(table)


def test_names_of_forms() -> None:
    """A form's file follows from the data file's path, and the glob of a split finds it and no other split's."""
    assert form_name("data/train-00000-of-00002.parquet", "arrow") == "arrow/train/data-00000-of-00002.arrow"
    assert (
        form_name("data/a-b/x_1-00001-of-00002.parquet", "jsonl") == "jsonl/a-b/x_1-00001-of-00002.jsonl.zst"
    )
    assert [form_glob(form, "test", "*") for form in FORMATS] == [
        "data/*/test-*.parquet", "arrow/test/*/data-*.arrow", "jsonl/*/test-*.jsonl.zst",
    ]  # fmt: skip
