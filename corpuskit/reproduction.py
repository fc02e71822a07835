"""`reproduce(spec, release)`: does the same input give the same release again, and where does it differ?"""

import tempfile
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from corpuskit import arrow, layout, parquet
from corpuskit.audit import read_manifest
from corpuskit.audit.claims import UNREADABLE, short
from corpuskit.card import check_card
from corpuskit.card.checking import innermost
from corpuskit.errors import BuildRefused
from corpuskit.findings import Finding, finding
from corpuskit.phases.reuse import Progress
from corpuskit.release import build
from corpuskit.spec import CorpusSpec, load_spec

_BLOCK = 1 << 20
_MOST_FILES = 20
# Books are compared so many rows at a time, and row by row where they differ.
_ROWS = 10_000
_BOOKS = (layout.LEDGER, layout.REJECTS, layout.EDITS)
# What may make a release another one, and what is then said of it.
_ORIGINS = {
    "name": "the name", "version": "the version", "schema_sha256": "the schema", "spec_sha256": "corpus.toml",
}  # fmt: skip
_CONTENT = ("content_id", "accounts", "configs")


class _Side(NamedTuple):
    """A release that is compared, and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    def shards(self) -> dict[tuple[str, str], list[str]]:
        """The data files of each split, in release order; partitions apart."""
        found: dict[tuple[str, str], list[str]] = {}
        for entry in self.manifest["files"]:
            folder, _, name = entry["path"].rpartition("/")
            if entry["role"] == "data" and ".." not in {*folder.split("/"), name}:
                found.setdefault((folder, entry.get("split", "")), []).append(entry["path"])
        return found

    def split(self, file: str) -> str:
        """The split that a data file belongs to."""
        return next(split for (_, split), names in self.shards().items() if file in names)


def reproduce(
    spec: CorpusSpec | Path | str,
    release: Path | str,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """How a release differs from what its spec (or corpus.toml) gives now: empty where no byte does.

    The spec is built in a temporary folder, of which nothing stays, and without the cache. Findings tell first what
    was different beforehand (versions, corpus.toml, inputs), then which accounts and rows differ, then which files
    and from which byte on. Raises SpecError where the folder is no release, and what `build` raises but for refusals.
    """
    if not isinstance(spec, CorpusSpec):
        spec = load_spec(spec)
    folder = Path(release).resolve()
    stands = _Side(folder, read_manifest(folder))
    with tempfile.TemporaryDirectory(prefix="corpuskit-") as scratch:
        try:
            again = build(spec, scratch, jobs=jobs, cache=False, progress=progress).path
        except BuildRefused as refused:
            return [finding("other-content", f"built again, it is refused: {why}") for why in refused.reasons]
        made = _Side(again, read_manifest(again))
        differing = list(_bytes(stands, made))
        named = {each.file for each in differing}
        rest = differing[_MOST_FILES:]
        more = [finding("other-file", f"{len(rest):,} more files differ")] if rest else []
        causes = [*_origins(stands.manifest, made.manifest), *_inputs(stands.manifest, made.manifest)]
        content = [*_claims(stands.manifest, made.manifest), *_rows(stands, made, named)]
        return [*causes, *content, *differing[:_MOST_FILES], *more, *_unseen(folder)]


def _origins(stands: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[Finding]:
    """What the release was made with and of, where that is not what is here now."""
    versions = {**stands["versions"], **made["versions"]}
    told = [
        f"{name} {stands['versions'].get(name)} made it, here is {made['versions'].get(name)}"
        for name in sorted(versions)
        if stands["versions"].get(name) != made["versions"].get(name)
    ]
    if told:
        yield finding("other-versions", "; ".join(told), file=layout.MANIFEST)
    for name, what in _ORIGINS.items():
        if stands[name] != made[name]:
            yield finding(
                "other-origin", _said(f"{what} is another", name, stands, made), file=layout.MANIFEST
            )


def _said(head: str, name: str, stands: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    """A sentence with the first fact of the spec that differs, or both values."""
    if name == "spec_sha256":
        for fact in ("corpus", "sources", "split_rule", "hub", "card"):
            if stands[fact] != made[fact]:
                return f"{head}: {_apart(fact, stands[fact], made[fact])}"
    return f"{head}: {_apart(name, stands[name], made[name])}"


def _apart(name: str, stands: Any, made: Any) -> str:
    place, one, other = innermost(name, stands, made)
    return f"{place} is {short(one)}; built again {short(other)}"


def _inputs(stands: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[Finding]:
    """The first input that is another than when the release was made."""
    before, now = ({i["file"]: i["sha256"] for i in each["inputs"]} for each in (stands, made))
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    if names:
        name, more = names[0], f" ({len(names) - 1:,} more inputs are other ones)" if names[1:] else ""
        what = (
            "is a new input" if name not in before else "is no input any more" if name not in now
            else "has other bytes than when the release was made"
        )  # fmt: skip
        yield finding("other-origin", f"{what}{more}", file=name)


def _claims(stands: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[Finding]:
    for name in _CONTENT:
        if stands[name] != made[name]:
            yield finding("other-content", _apart(name, stands[name], made[name]), file=layout.MANIFEST)


def _bytes(stands: _Side, made: _Side) -> Iterator[Finding]:
    """Every file of release and audit folder that differs, with the first byte that does."""
    yield from _files(stands, made, stands.folder, made.folder, "")
    audits = layout.audit_folder(stands.folder), layout.audit_folder(made.folder)
    if audits[0].is_dir():
        yield from _files(stands, made, *audits, f"{audits[0].name}/")


def _unseen(release: Path) -> Iterator[Finding]:
    audit = layout.audit_folder(release)
    if not audit.is_dir():
        message = f"{audit.name} is not here, so ledger and rejects were not compared"
        yield finding("no-audit", message, file=audit.name)


def _files(stands: _Side, made: _Side, one: Path, other: Path, prefix: str) -> Iterator[Finding]:
    names = {
        p.relative_to(each).as_posix() for each in (one, other) for p in each.rglob("*") if not p.is_dir()
    }
    for name in sorted(names):
        where, paths = prefix + name, (one / name, other / name)
        if not paths[1].exists():
            if name.partition("/")[0] not in layout.FOREIGN:
                yield finding("other-file", "built again, there is no such file", file=where)
        elif not paths[0].is_file():
            yield finding("other-file", "it is missing; built again, it is there", file=where)
        elif (at := _first_byte(*paths)) is not None:
            yield _differing(stands, made, where, at, _first_line(*paths))


def _differing(stands: _Side, made: _Side, name: str, at: int, line: str | None) -> Finding:
    message, more = f"differs from byte {at:,} on", {}
    if line is not None:
        message += f": {line}"
    if name == layout.MANIFEST:
        message += f": {_apart('manifest', stands.manifest, made.manifest)}"
    elif name == layout.README and not layout.audit_folder(stands.folder).is_dir():
        card = (stands.folder / name).read_text(encoding="utf-8", errors="replace")
        if not check_card(card, (made.folder / name).read_text(encoding="utf-8")):
            message, more = "has keys or prose that are not ours", {"severity": "info"}
    return finding("other-file", message, file=name, **more)


def _first_line(one: Path, other: Path) -> str | None:
    """The first row of a provenance file or a book that is another; None for other files, which are told elsewhere."""
    is_provenance = one.parent.name == layout.PROVENANCE
    if not is_provenance and one.name not in _BOOKS:
        return None
    read = _batches if is_provenance else parquet.read_groups
    count = 0
    try:
        for left, right in zip_longest(_pieces(read(one)), _pieces(read(other))):
            if left is not None and right is not None and left.equals(right):
                count += left.num_rows
                continue
            rows = ([] if each is None else each.to_pylist() for each in (left, right))
            for row, made in zip_longest(*rows):
                if row != made:
                    return _line(count, row, made)
                count += 1
    except UNREADABLE as error:
        return f"it cannot be read: {error}"
    return "its rows are the same"


def _line(number: int, row: Mapping[str, Any] | None, made: Mapping[str, Any] | None) -> str:
    """What is different in a row of a book, which is counted from 1 for people."""
    if row is None or made is None:
        return (
            f"it has {number:,} rows; built again more"
            if row is None
            else f"built again it has {number:,} rows"
        )
    column = next(name for name in {**row, **made} if row.get(name) != made.get(name))
    told = _values(row.get(column), made.get(column))
    record = f"({row.get('source')}, {row.get('id') or row.get('file')})"
    return f"row {number + 1:,} {record}: column `{column}` {told}"


def _batches(path: Path) -> Iterator[Any]:
    with pa.memory_map(str(path)) as source:
        yield from arrow.read_tables(source)


def _pieces(tables: Iterator[Any]) -> Iterator[Any]:
    """Tables re-cut to one number of rows."""
    held = None
    for table in tables:
        held = table if held is None else pa.concat_tables([held, table])
        while held.num_rows >= _ROWS:
            yield held.slice(0, _ROWS)
            held = held.slice(_ROWS)
    if held is not None and held.num_rows:
        yield held


def _first_byte(one: Path, other: Path) -> int | None:
    """The first byte from which two files differ, None where they are equal."""
    at = 0
    with one.open("rb") as left, other.open("rb") as right:
        while True:
            blocks = left.read(_BLOCK), right.read(_BLOCK)
            if blocks[0] != blocks[1]:
                pairs = enumerate(zip(*blocks, strict=False))
                return at + next((n for n, (a, b) in pairs if a != b), min(map(len, blocks)))
            if not blocks[0]:
                return None
            at += len(blocks[0])


def _rows(stands: _Side, made: _Side, differing: set[str]) -> Iterator[Finding]:
    """The first row of each split that is another, looked for in the files that differ."""
    before, now = stands.shards(), made.shards()
    for key in sorted({*before, *now}):
        names = before.get(key, []), now.get(key, [])
        while names[0] and names[1] and names[0][0] == names[1][0] and names[0][0] not in differing:
            names = names[0][1:], names[1][1:]
        try:
            yield from _first_row(stands, made, *names)
        except UNREADABLE as error:
            where = names[0][0] if names[0] else layout.DATA
            yield finding("other-content", f"its rows cannot be compared: {error}", file=where)


def _first_row(stands: _Side, made: _Side, before: list[str], now: list[str]) -> Iterator[Finding]:
    for (file, one), (other_file, other) in zip_longest(
        _each_row(stands.folder, before), _each_row(made.folder, now), fillvalue=("", None)
    ):
        if one == other:
            continue
        if one is None or other is None or _key(one) != _key(other):
            yield _moved(stands, made, (file, one), (other_file, other))
            return
        column = next(name for name in {**one, **other} if one.get(name) != other.get(name))
        message = f"{_named(one)}: column `{column}` {_values(one.get(column), other.get(column))}"
        yield finding("other-content", message, file=file, id=one["id"])
        return


def _each_row(folder: Path, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in names:
        for group in parquet.read_groups(folder / name):
            for batch in group.to_batches(max_chunksize=1000):
                yield from ((name, row) for row in batch.to_pylist())


def _key(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["source"], row["id"]


def _named(row: Mapping[str, Any]) -> str:
    return f"row ({row['source']}, {row['id']})"


def _values(one: Any, other: Any) -> str:
    """Two values that differ, from a little before the place where they do."""
    if isinstance(one, str) and isinstance(other, str):
        at = next(
            (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
        )
        start = max(0, at - 20)
        return f"differs from character {at:,} on: {short(one[start:])}; built again {short(other[start:])}"
    return f"is {short(one)}; built again {short(other)}"


def _moved(stands: _Side, made: _Side, one: tuple[str, Any], other: tuple[str, Any]) -> Finding:
    """What became of rows that are not in the same place: gone, new, in another split, or in another order."""
    (file, row), (made_file, made_row) = one, other
    found = _split_of(made, row) if row is not None else None
    if row is not None and found is None:
        return finding("other-content", f"{_named(row)} is not there, built again", file=file, id=row["id"])
    if found is not None and found != stands.split(file):
        message = f"{_named(row)} is in {found!r}, built again"
        return finding("other-content", message, file=file, id=row["id"])
    if made_row is not None and _split_of(stands, made_row) is None:
        message = f"built again, there is {_named(made_row)} more"
        return finding("other-content", message, file=made_file, id=made_row["id"])
    names = " and ".join(_named(each) for each in (row, made_row) if each is not None)
    return finding("other-content", f"{names}: the rows stand in another order", file=file or made_file)


def _split_of(side: _Side, row: Mapping[str, Any]) -> str | None:
    """The split in which a release has the row of that key."""
    for (_, split), names in side.shards().items():
        for name in names:
            for group in parquet.read_groups(side.folder / name, ["source", "id"]):
                if _key(row) in zip(group["source"].to_pylist(), group["id"].to_pylist(), strict=True):
                    return split
    return None
