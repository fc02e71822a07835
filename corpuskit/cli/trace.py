"""`corpuskit trace`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpuskit.cli.options import common, print_json

if TYPE_CHECKING:
    from corpuskit.tracing import Way

_SHOWN = 10


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.argument("identifier", metavar="[ID]", required=False)
@click.option("--source", metavar="NAME", help="The source of the article, where several have its id.")
@click.option(
    "--replay", "replays", is_flag=True, help="Read the bytes again and compare what comes of them."
)
@click.option("--all", "every", is_flag=True, help="Instead of one ID: replay every record of the release.")
@click.option("--raw", type=click.Path(path_type=Path), default=Path(), metavar="DIR", show_default="here",
              help="Folder of the raw files for --replay: that in which corpus.toml was.")  # fmt: skip
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N",
              help="Work in N processes; default: one a core where there is enough to do.")  # fmt: skip
@common
def trace(
    release: Path, identifier: str | None, *, source: str | None, replays: bool, every: bool, raw: Path,
    jobs: int | None, shape: str, quiet: bool,
) -> int:  # fmt: skip
    """Show the way of the article ID from its bytes to its row in RELEASE.

    Its source and terms, its file and bytes there, every edit, what was found, its fate, its split and why, its row,
    and the proof that this is one of those the content id stands for. A record that is not in the release is found,
    too; FILE:LINE (or FILE:NUMBER, in a container) names one that has no id.

    Exit code 1: there is no such record, or what is replayed comes out otherwise.
    """
    if every:
        if identifier is not None or source is not None:
            raise click.UsageError("--all replays all records: name no ID and no source.")
        return _replay(release, raw, jobs, shape, quiet=quiet)
    if identifier is None:
        raise click.UsageError("Name the ID of an article, or pass --all to replay every one.")
    return _trace(release, identifier, source, raw if replays else None, shape)


def _trace(release: Path, identifier: str, source: str | None, raw: Path | None, shape: str) -> int:
    from corpuskit import console
    from corpuskit.tracing import trace as trace_record

    told = trace_record(release, identifier, source=source, raw=raw)
    if shape == "json":
        print_json(told.as_dict())
        return 0 if told.ok else 1
    if not told.ways:
        console.show(f"{release}: no record has the id {console.inert(identifier)}")
        if told.nearest:
            console.show(f"nearest: {', '.join(map(console.inert, told.nearest))}")
    for way in told.ways:
        console.show(*_lines(way), "")
    console.show(*(f"not shown: {sentence}" for sentence in told.hidden))
    console.show_findings(told.findings)
    return 0 if told.ok else 1


def _replay(release: Path, raw: Path, jobs: int | None, shape: str, *, quiet: bool) -> int:
    from corpuskit import console
    from corpuskit.tracing import replay

    with console.build_progress(quiet=quiet or shape == "json") as progress:
        done = replay(release, raw, jobs=jobs, progress=progress)
    if shape == "json":
        print_json(done.as_dict())
        return 0 if done.ok else 1
    console.show_findings(done.findings, shown=_SHOWN)
    console.show(
        f"{done.records:,} records read again; of {done.articles:,} articles {done.equal:,} came out equal, "
        f"{done.different:,} different, {done.unread:,} could not be read"
    )
    return 0 if done.ok else 1


def _lines(way: "Way") -> Iterator[str]:
    """A way as lines for a person, each with a head."""
    told = way.as_dict()
    yield f"{_name(told)} of {_short(told['source']['name'])}: {told['fate']}"
    yield from _listed("source", _source(told["source"]))
    yield from _listed("file", _file(told["input"]))
    yield from _listed("record", _record(told))
    if told["fate"] != "rejected":
        yield from _listed("edits", _edits(told["edits"]))
    yield from _listed("findings", _findings(told["findings"]))
    yield from _listed("fate", _fate(told))
    if told["row"] is None:
        if told["fate"] != "kept":
            yield from _listed("end", ["it is not in the release: its way ends here"])
    else:
        yield from _listed("split", [_split(told["split"])])
        yield from _listed("row", _row(told["row"]))
        yield from _listed("proof", _proof(told["proof"]))
    if told["replay"] is not None:
        yield from _listed("replay", _replayed(told["replay"]))


def _name(told: dict[str, Any]) -> str:
    """The id of a record, or its place where nobody could read one."""
    if told["id"] is not None:
        return _short(told["id"])
    record = told["record"]
    number = record["line"] if record["record"] is None else record["record"]
    return f"{_short(told['input']['file'], 300)}:{number}, without an id,"


def _listed(head: str, lines: Any) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"  {'' if number else head:<9} {line}"


def _short(value: Any, longest: int = 120) -> str:
    from corpuskit import console

    return console.inert("none" if value is None else value, longest)


def _source(source: dict[str, Any]) -> Iterator[str]:
    for name, value in source.items():
        yield f"{name} {_short(value, 300)}"


def _file(item: dict[str, Any]) -> Iterator[str]:
    size = "" if item["bytes"] is None else f", {item['bytes']:,} bytes"
    yield f"{_short(item['file'], 300)}{size}"
    if item["sha256"] is not None:
        yield f"sha256 {item['sha256']}"


def _record(told: dict[str, Any]) -> Iterator[str]:
    record = told["record"]
    places = []
    if record["line"] is not None:
        places.append(f"line {record['line']:,}")
    if record["record"] is not None:
        places.append(f"number {record['record']:,}")
    if record["offset"] is not None:
        places.append(f"{record['length']:,} bytes from byte {record['offset']:,}")
    yield ", ".join(places)
    yield f"sha256 {record['sha256']}"
    for name in ("record_digest", "text_key", "group"):
        if told[name] is not None:
            yield f"{name.replace('_', ' ')} {_short(told[name])}"


def _edits(edits: list[dict[str, Any]] | None) -> Iterator[str]:
    if edits is None:
        yield "not known without the audit folder"
    elif not edits:
        yield "none: values are as they were read"
    for number, edit in enumerate(edits or (), 1):
        where = "the record" if edit["field"] is None else _short(edit["field"])
        yield f"{number}. {_short(edit['transform'])}, bytes {edit['start']:,} to {edit['end']:,} of {where}"
        for name in ("removed", "inserted"):
            if edit[f"{name}_bytes"]:
                yield f"   {name} {edit[f'{name}_bytes']:,} bytes: {_short(edit[name])}"


def _findings(findings: list[dict[str, Any]] | None) -> Iterator[str]:
    if findings is None:
        yield "not known without the audit folder"
    elif not findings:
        yield "none"
    for each in findings or ():
        yield f"{_short(each['severity'])} {_short(each['kind'])}: {_short(each['message'], 300)}"


def _fate(told: dict[str, Any]) -> Iterator[str]:
    reason = f": {_short(told['reason'])}" if told["reason"] else ""
    yield f"{told['fate']}{reason}"
    for each in told["problems"] or ():
        yield f"{_short(each['pointer'] or 'the record')}: {_short(each['message'], 300)}"
    if told["duplicate_of"] is not None:
        yield f"in its place {_short(told['duplicate_of']['id'])} of {_short(told['duplicate_of']['source'])} is kept"
    duplicates = told["duplicates"] or ()
    for each in duplicates[:_SHOWN]:
        yield f"kept in the place of {_short(each['id'])} of {_short(each['source'])}"
    if len(duplicates) > _SHOWN:
        yield f"and of {len(duplicates) - _SHOWN:,} more"


def _split(split: dict[str, Any]) -> str:
    name = _short(split["name"])
    if "u" in split:
        shares = ", ".join(f"{_short(key)} {share:g}" for key, share in split["shares"].items())
        low, high = split["interval"]
        return (
            f"{name}: u = {split['u']:.6f} (0x{split['u_hex']}) by {_short(split['by'])} is in "
            f"[{low:g}, {high:g}) of shares {shares}"
        )
    if split.get("by") == "source":
        return f"{name}: all of its source is"
    if split.get("by") == "field":
        said = "says so" if split["given"] else "says nothing"
        return f"{name}: its field {_short(split['field'])} {said}"
    return f"{name}: no splits were asked for"


def _row(row: dict[str, Any]) -> Iterator[str]:
    yield f"{_short(row['file'], 300)}, row group {row['row_group']}, row {row['row']} there (from 0)"
    for name, value in row["values"].items():
        if value is not None:
            yield f"{_short(name)}: {_short(value)}"


def _proof(proof: dict[str, Any] | None) -> Iterator[str]:
    if proof is None:
        yield "none: the release's provenance has no such record digest"
        return
    yield f"leaf {proof['leaf']:,} (from 0) of {proof['leaves']:,}, {len(proof['steps'])} steps to the content id"
    for step in proof["steps"]:
        yield f"{step['side']:<5} {step['digest']}"
    yield f"root  {proof['root']}"


def _replayed(replay: dict[str, Any]) -> Iterator[str]:
    if replay["equal"]:
        yield "read again from the raw bytes: all of this is the same"
    for each in replay["findings"]:
        where = "" if each["file"] is None else f"{_short(each['file'])}: "
        yield f"{_short(each['severity'])}: {where}{_short(each['message'], 500)}"
