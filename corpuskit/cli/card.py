"""`corpuskit card`."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from corpuskit.cli.options import common, print_json
from corpuskit.findings import Finding


@click.command()
@click.argument("releases", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RELEASE...")
@click.option("--write", is_flag=True, help="Render README.md again and rewrite the manifest, in one swap.")
@click.option(
    "--check",
    is_flag=True,
    help="Check the card of any dataset; of a release, also against its facts. Exit 1 for errors.",
)
@common
def card(releases: tuple[Path, ...], *, write: bool, check: bool, shape: str, quiet: bool) -> int:  # noqa: ARG001 - it says nothing on stderr anyway
    """Print the card of RELEASE, computed from its manifest.

    RELEASE is the folder of a release, or the README.md in it. --check takes any number of them, and the card of any
    other dataset, too: a folder with a README.md, or a file.
    """
    if write and check:
        raise click.UsageError("--write and --check exclude each other.")
    if check:
        return _check(releases, shape)
    if len(releases) > 1:
        raise click.UsageError("Name one release; only --check takes several.")
    return _write(releases[0], shape) if write else _print(releases[0], shape)


def _print(release: Path, shape: str) -> int:
    from corpuskit.cards import release_card

    text = release_card(release)
    print_json({"card": text}) if shape == "json" else sys.stdout.write(text)
    return 0


def _write(release: Path, shape: str) -> int:
    from corpuskit import console
    from corpuskit.cards import rewrite_card

    root = rewrite_card(release)
    if shape == "json":
        print_json({"release": str(release), "root_digest": root})
    else:
        console.show(f"root digest  {root}")
    return 0


def _check(releases: Sequence[Path], shape: str) -> int:
    from corpuskit import console
    from corpuskit.cards import check_any_card, is_release

    checked = [(release, check_any_card(release)) for release in releases]
    if len(checked) > 1:  # then a name must tell them apart
        checked = [(r, [replace(f, file=_named(r, f.file)) for f in findings]) for r, findings in checked]
    every = [each for _, findings in checked for each in findings]
    wrong = {release for release, findings in checked if any(f.severity == "error" for f in findings)}
    if shape == "json":
        print_json({"ok": not wrong, "findings": [f.as_dict() for f in every]})
    else:
        console.show_each(every)
        for release, findings in checked:
            console.show(f"{release}: {_verdict(findings, wrong=release in wrong, ours=is_release(release))}")
    return 1 if wrong else 0


def _verdict(findings: Sequence[Finding], *, wrong: bool, ours: bool) -> str:
    if ours:
        claims = any(each.kind in {"wrong-claim", "missing-file"} for each in findings)
        said = "the card differs from the data" if claims else "the card says what the data say"
        return said if claims or not wrong else f"{said}, and has errors"
    if not findings:
        return "nothing is wrong with the card"
    errors = sum(each.severity == "error" for each in findings)
    return f"{errors:,} errors, {len(findings) - errors:,} remarks"


def _named(release: Path, file: str) -> str:
    return file if file == str(release) else str(release / file)
