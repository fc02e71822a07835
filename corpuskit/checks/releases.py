"""A release verified, its rows counted as records."""

from dataclasses import replace

from corpuskit.checks.tasks import Checked, CheckTask, Terms
from corpuskit.engines import Tell


def check_release(_terms: Terms, task: CheckTask, index: int, checked: Checked, tell: Tell) -> None:
    """Verify a release."""
    from corpuskit.audit import read_manifest, verify

    piece = task.pieces[index]
    checked.findings += [replace(f, file=f"{piece.name}/{f.file}") for f in verify(piece.path)]
    manifest = read_manifest(piece.path)
    checked.records += manifest["statistics"]["rows"]
    tell((piece.name, sum(entry["bytes"] for entry in manifest["files"]), checked.records))
