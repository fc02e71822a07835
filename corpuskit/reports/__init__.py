"""Writes what validation found to a file, one form a file name suffix.

To add a form: write its file with a function from what was validated to pieces of text, and add one line to `REPORTS`
with how its files begin. By that a report is told from other files, which it never replaces.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from corpuskit.errors import OutputError, SpecError
from corpuskit.reports.findings import findings_lines
from corpuskit.reports.junit import junit_suites
from corpuskit.reports.outcome import Outcome
from corpuskit.reports.sarif import sarif_log

__all__ = ["REPORTS", "Outcome", "check_reports", "write_report"]

REPORTS: dict[str, tuple[Callable[[Outcome], Iterator[str]], re.Pattern[bytes]]] = {
    ".jsonl": (findings_lines, re.compile(rb'\{"file":.*,"pointer":.*,"kind":.*,"severity":')),
    ".sarif": (sarif_log, re.compile(rb'\{"\$schema":[^\n]*\n\{"name":"corpuskit",')),
    ".xml": (junit_suites, re.compile(rb'<\?xml [^\n]*\n<testsuites name="corpuskit validate" ')),
}
_START = 1 << 16  # how much of a file shows whether it is a report


def write_report(report: Outcome, path: Path | str) -> None:
    """Write every finding of a report to a file, in the form of its suffix: .jsonl, .sarif or .xml (JUnit).

    The file is durable and whole, or what stood there before is untouched. Raises SpecError for another
    suffix and where a file stands that is no report, OutputError where the file cannot be written.
    """
    target = Path(path)
    pieces = _form(target)(report)
    try:
        staged = _staged(target)
        try:
            with staged.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(target)
        except BaseException:
            with suppress(OSError):
                staged.unlink()
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _unwritable(target, error) from error


def check_reports(paths: Iterable[Path | str], inputs: Iterable[Path | str] = ()) -> None:
    """Check before a long work that its reports can be written, each by its name, and over none of the inputs.

    Raises SpecError for a suffix without form or a report in the place of an input or of another report,
    OutputError where a file cannot be written.
    """
    targets = [Path(path) for path in paths]
    for target in targets:
        _form(target)
    taken = {_place(each) for each in inputs}
    for target in targets:
        if _place(target) in taken:
            raise SpecError("is an input, or another report; a report would replace it.", str(target))
        taken.add(_place(target))
        try:
            if target.is_dir():
                raise OutputError(str(target), "cannot be written: it is a folder.")
            # The only sure test: rights say little to root, and nothing on some mounts.
            _staged(target).unlink()
        except OSError as error:
            raise _unwritable(target, error) from error


def _place(path: Path | str) -> str:
    """The path of a file behind all links; a link that leads to itself is its own."""
    return os.path.realpath(path)


def _form(target: Path) -> Callable[[Outcome], Iterator[str]]:
    """How a report is written there; raises SpecError for an unknown suffix and a file that is no report."""
    form = REPORTS.get(target.suffix.lower())
    if form is None:
        known = ", ".join(REPORTS)
        raise SpecError(
            "no form of report is known for its suffix.", str(target), None, f"Known are {known}."
        )
    write, beginning = form
    if (start := _start(target)) and not beginning.match(start):
        hint = "Name another file, or remove this one first."
        raise SpecError("is no report of corpuskit; a report would replace it.", str(target), None, hint)
    return write


def _start(file: Path) -> bytes:
    """The first bytes of a file, none where there is no file or it cannot be read."""
    with suppress(OSError):
        if file.is_file():
            with file.open("rb") as opened:
                return opened.read(_START)
    return b""


def _staged(target: Path) -> Path:
    """An empty hidden file beside the target, with the rights that a new file gets."""
    path = target.parent / f".report-{secrets.token_hex(8)}.part"
    path.touch(exist_ok=False)
    return path


def _unwritable(target: Path, error: OSError) -> OutputError:
    return OutputError(str(target), f"cannot be written: {error.strerror or error}.")
