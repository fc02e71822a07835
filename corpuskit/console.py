"""How things look: findings, accounts and progress, with every value from data made inert."""

import json
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from corpuskit import layout
from corpuskit.findings import Finding, place, shortened, visible
from corpuskit.grouping import Group, Mistake, grouped
from corpuskit.kinds import KINDS

_SHOWN = 3
_LONGEST, _LONGEST_LINE = 300, 4000
_SHOWN_BLOCKS, _SHOWN_LINES = 8, 8
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def inert(value: Any, longest: int = _LONGEST) -> str:
    """A value as one line for a terminal: control, direction and line characters as visible escapes."""
    return visible(shortened(str(value), longest))


def _console(file: TextIO) -> Any:
    from rich.console import Console

    # Values are shown as they are: no markup, no emoji codes, no guessing of links and numbers.
    return Console(file=file, markup=False, emoji=False, highlight=False, soft_wrap=True)


def talk(message: str, *, quiet: bool = False) -> None:
    """Say something to the person at the terminal, on stderr."""
    if not quiet:
        # Its end is the next move: only what is absurdly long is cut.
        sys.stderr.write(inert(message, _LONGEST_LINE) + "\n")


def show_findings(findings: Sequence[Finding], *, shown: int = _SHOWN) -> bool:
    """Findings on stdout by kind and file, worst first, a line for each mistake; whether all of them are told.

    A kind has at most so many lines; what was done wrong many times is one, with its count and first places.
    """
    from rich.text import Text

    console = _console(sys.stdout)
    whole = True
    for group in grouped(findings, shown):
        title = KINDS[group.kind].title if group.kind in KINDS else ""
        count = f"{group.count:,} in {group.files:,} files" if group.files > 1 else f"{group.count:,}"
        head = (f"{group.severity} ", _STYLES[group.severity]), (group.kind, "bold")
        console.print(Text.assemble(*head, f" ({count}): {inert(title)}"))
        for line in _lines(group):
            console.print(Text(f"  {line}"))
        if group.hint:
            console.print(Text(f"  → {inert(group.hint)}", style="dim"))
        whole &= not group.others and all(f.count == len(f.mistakes) for f in group.shown)
    return whole


def show_each(findings: Sequence[Finding]) -> None:
    """Findings on stdout one by one, as they come, each after its place, with what to do."""
    from rich.text import Text

    console = _console(sys.stdout)
    for each in findings:
        where = f"{inert(place(replace(each, pointer=None)))}: "
        head = (f"{each.severity} ", _STYLES[each.severity]), (each.kind, "bold")
        console.print(Text.assemble(where, *head, f": {inert(each.message)}"))
        if each.hint:
            console.print(Text(f"  → {inert(each.hint)}", style="dim"))


def _lines(group: Group) -> Iterator[str]:
    """What is shown of a kind: a line for a mistake, below the name of its file where that has several."""
    for each in group.shown:
        several = group.files > 1 and len(each.mistakes) > 1
        if several:
            yield f"{inert(each.file)}: {each.count:,}"
        indent = "  " if several else ""
        yield from (indent + _mistake(mistake) for mistake in each.mistakes)
        if each.others:
            yield f"{indent}… and {each.others:,} more"
    if group.others:
        more = group.files - len(group.shown)
        yield f"… and {group.others:,} more in {more:,} more file{'s' * (more > 1)}"
    if group.rare:
        yield "among them:"
        yield from (f"  {_mistake(mistake)}" for mistake in group.rare)


def _mistake(mistake: Mistake) -> str:
    first, often = mistake.first, mistake.count > 1
    shown = replace(first, pointer=None) if _tells_place(first) else first
    # Where several lines are told, a record number between them would be taken for one.
    where = place(replace(shown, record=None) if often and first.line is not None else shown)
    if often:
        lines = [each.line for each in mistake.places if each.line is not None]
        also = "".join(f", {line}" for line in dict.fromkeys(lines) if line != first.line)
        where = f"{mistake.count:,} times, first at {where}{also}"
    # Of these a message alone does not tell which rule is meant.
    rule = (
        f" [rule {first.schema_pointer}]" if first.kind == "schema-violation" and first.schema_pointer else ""
    )
    return (f"{inert(where)}: " if where else "") + inert(first.message) + inert(rule)


def _tells_place(finding: Finding) -> bool:
    """Whether a message begins with the field that its pointer names."""
    name = (finding.pointer or "").partition("/")[2].partition("/")[0].replace("~1", "/").replace("~0", "~")
    return bool(name) and finding.message.lstrip("`'\"").startswith(name)


def show_accounts(sources: Mapping[str, Mapping[str, int]], total: Mapping[str, int]) -> None:
    """The account of each source as a table on stdout."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    names = ("in", "kept", "rejected", "duplicate", "removed")
    table.add_column("source")
    for name in names:
        table.add_column(name, justify="right")
    for source, account in sources.items():
        table.add_row(Text(inert(source)), *(f"{account[name]:,}" for name in names))
    table.add_section()
    table.add_row("total", *(f"{total[name]:,}" for name in names))
    _console(sys.stdout).print(table)


# Said first of its severity, and with what to do: nothing else matters as much to who may use a corpus.
_FOREMOST = "unknown-terms"


def show_kinds(counts: Mapping[str, int]) -> None:
    """One line for each kind of finding and how often it occurred, worst first."""
    from rich.text import Text

    console = _console(sys.stdout)
    ranks = list(_STYLES)
    for kind in sorted(counts, key=lambda k: (ranks.index(KINDS[k].severity), k != _FOREMOST, k)):
        row = KINDS[kind]
        head = f"{counts[kind]:>7,}  {kind}: {row.title}"
        console.print(Text.assemble((f"{row.severity:<8}", _STYLES[row.severity]), head))
        if kind == _FOREMOST:
            console.print(Text(f"{'':17}{row.why}\n{'':17}→ {row.fix}", style="dim"))


def show_navigation(audit: Path | str) -> None:
    """The navigation that a build learned, source by source, from its audit folder."""
    from rich.text import Text

    console = _console(sys.stdout)
    for source, learned in json.loads((Path(audit) / layout.NAVIGATION).read_bytes()).items():
        head = f"{inert(source)}: {learned['closed']:,} of {learned['texts']:,} texts looked at end in repeated lines"
        console.print(Text(head, style="bold"))
        if learned["title_suffix"]:
            console.print(Text(f"  titles end in {inert(repr(learned['title_suffix']))}"))
        for block in learned["blocks"][:_SHOWN_BLOCKS]:
            samples = ", ".join(inert(name) for name in block["samples"])
            console.print(
                Text(f"  {block['end']} of {block['texts']:,} ({block['share']:.1%}), as in {samples}:")
            )
            for line in _ends(block["lines"]):
                console.print(Text(f"    {inert(line)}", style="dim"))
        if len(learned["blocks"]) > _SHOWN_BLOCKS:
            console.print(
                Text(f"  … and {len(learned['blocks']) - _SHOWN_BLOCKS} more in {layout.NAVIGATION}")
            )


def _ends(lines: Sequence[str]) -> Sequence[str]:
    """The lines of a block, the middle of a long one left out."""
    return lines if len(lines) <= _SHOWN_LINES else [*lines[:4], "…", *lines[-3:]]


def show(*lines: str) -> None:
    """Lines of data on stdout."""
    console = _console(sys.stdout)
    from rich.text import Text

    for line in lines:
        console.print(Text(inert(line, _LONGEST_LINE)))


@contextmanager
def shielded(*, on: bool) -> Iterator[None]:
    """What is printed within, no value of it is a command to GitHub Actions: `::` after blanks, or `##[` anywhere."""
    token = secrets.token_hex(16)  # nobody's data can guess it, and so end the shield
    if on:
        command([f"::stop-commands::{token}"])
    try:
        yield
    finally:
        if on:
            command([f"::{token}::"])


def command(lines: Iterable[str]) -> None:
    """Lines on stdout for the CI system that reads it."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


PHASES = {
    "infer": "telling types",
    "convert": "converting",
    "pin": "reading inputs",
    "learn": "learning navigation",
    "map": "checking records",
    "index": "deciding fates",
    "books": "writing the audit",
    "write": "writing shards",
    "finish": "writing card and manifest",
    "commit": "making it durable",
}
# What is done is told in bytes there; elsewhere in rows, or not at all.
_IN_BYTES = frozenset({"pin", "map", "infer", "convert"})
_WIDE = 100


@dataclass(slots=True)
class Stage:
    """A phase of a build as it was told last: what is done of how much, how many records, and since when it runs."""

    phase: str
    done: int = 0
    total: int = 0
    records: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self.started

    def facts(self) -> str:
        """What is known of it, in words."""
        size, whole = (self.done, self.total) if self.phase in _IN_BYTES else (0, 0)
        # A phase that tells nothing of its way has no rate.
        return facts(self.records, size, whole, self.seconds if self.total else 0)


def facts(records: int, size: int, whole: int, seconds: float) -> str:
    """Records, bytes of all bytes, and records a second, in words; what is 0 is left out."""
    told = [f"{records:,} records"] if records else []
    unit, name = (1e9, "GB") if max(size, whole) >= 1e10 else (1e6, "MB")
    if size or whole:
        told.append(f"{size / unit:,.1f}{f' of {whole / unit:,.1f}' if whole > size else ''} {name}")
    if records and seconds:
        told.append(f"{records / seconds:,.0f} records/s")
    return ", ".join(told)


@contextmanager
def build_progress(*, quiet: bool) -> Iterator[Any]:
    """A progress callback for a build: a live line on a terminal; elsewhere one line a phase, when it ends."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        yield from _live()
    else:
        yield from _phase_lines()


def _phase_lines() -> Iterator[Any]:
    stage = Stage("")

    def end() -> None:
        if stage.phase:
            told = ", ".join(filter(None, (stage.facts(), f"{stage.seconds:,.1f} s")))
            sys.stderr.write(f"{PHASES.get(stage.phase, stage.phase)}: {told}\n")
            sys.stderr.flush()

    def update(phase: str, done: int, total: int, records: int) -> None:
        nonlocal stage
        if phase != stage.phase:
            end()
            stage = Stage(phase)
        stage.done, stage.total, stage.records = done, total, records

    yield update
    end()


def _live() -> Iterator[Any]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = _console(sys.stderr)
    columns = [TextColumn("{task.description}"), TimeRemainingColumn(), TextColumn("{task.fields[facts]}")]
    if console.width >= _WIDE:  # else the facts need its place
        columns.insert(1, BarColumn(bar_width=20))
    with Progress(*columns, console=console, transient=True) as bar:
        stage, task = Stage(""), None

        def update(phase: str, done: int, total: int, records: int) -> None:
            nonlocal stage, task
            if phase != stage.phase or task is None:
                if task is not None:
                    bar.refresh()  # the last of a phase is shown, however short it was
                    bar.remove_task(task)  # a reset one would keep its total
                stage, task = Stage(phase), bar.add_task(PHASES.get(phase, phase), total=None, facts="")
            stage.done, stage.total, stage.records = done, total, records
            bar.update(task, completed=done, total=total or None, facts=stage.facts())

        yield update


@contextmanager
def validate_progress(*, quiet: bool) -> Iterator[Any]:
    """A progress callback for a validation: a live line on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.live import Live
    from rich.text import Text

    started = last = time.monotonic()
    with Live(console=_console(sys.stderr), transient=True, auto_refresh=False) as live:

        def update(file: str, done: int, records: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last > 0.1:
                last = now
                live.update(Text(f"{inert(file)}: {facts(records, done, 0, now - started)}"), refresh=True)

        yield update
