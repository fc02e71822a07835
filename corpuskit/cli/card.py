"""`corpuskit card`."""

import sys
from pathlib import Path

import click

from corpuskit.cli.options import common, print_json


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Render README.md again and rewrite the manifest, in one swap.")
@click.option("--check", is_flag=True, help="Compare README.md with the facts; exit 1 for a difference.")
@common
def card(release: Path, *, write: bool, check: bool, shape: str, quiet: bool) -> int:  # noqa: ARG001 - it says nothing on stderr anyway
    """Print the card of RELEASE, computed from its manifest."""
    from corpuskit import console
    from corpuskit.cards import check_release_card, release_card, rewrite_card

    if write and check:
        raise click.UsageError("--write and --check exclude each other.")
    if write:
        root = rewrite_card(release)
        if shape == "json":
            print_json({"release": str(release), "root_digest": root})
        else:
            console.show(f"root digest  {root}")
        return 0
    if not check:
        text = release_card(release)
        print_json({"card": text}) if shape == "json" else sys.stdout.write(text)
        return 0
    findings = check_release_card(release)
    ok = not any(f.severity == "error" for f in findings)
    if shape == "json":
        print_json({"ok": ok, "findings": [f.as_dict() for f in findings]})
    else:
        console.show_findings(findings)
        console.show(
            f"{release}: {'the card says what the data say' if ok else 'the card differs from the data'}"
        )
    return 0 if ok else 1
