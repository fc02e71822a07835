"""`corpuskit verify`."""

import re

import click

from corpuskit.cli.options import common, print_json


def _digest(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001 - click's
    if value is not None and not re.fullmatch("[0-9a-fA-F]{64}", value):
        raise click.BadParameter("a root digest is 64 hexadecimal digits, as build printed it.")
    return value


@click.command()
@click.argument("release")
@click.option("--quick", is_flag=True, help="Compare names, sizes and row counts only.")
@click.option(
    "--expect-root",
    metavar="HEX",
    callback=_digest,
    help="The root digest that is meant, as build printed it.",
)
@click.option(
    "--consumers", is_flag=True, help="Also open it with datasets, pyarrow, polars and DuckDB, and compare."
)
@common
def verify(
    release: str,
    *,
    quick: bool,
    expect_root: str | None,
    consumers: bool,
    shape: str,
    quiet: bool,  # noqa: ARG001 - it says nothing on stderr anyway
) -> int:
    """Check that RELEASE is whole, unchanged, and that its claims are true.

    RELEASE is a folder, a file:// or s3:// URL, or the place that releases were published to, for the latest one there.
    """
    from corpuskit import console
    from corpuskit.audit import verify as verify_release

    findings = verify_release(release, quick=quick, expect_root=expect_root, consumers=consumers)
    ok = not any(f.severity == "error" for f in findings)
    if shape == "json":
        print_json({"ok": ok, "findings": [f.as_dict() for f in findings]})
    else:
        console.show_findings(findings)
        console.show(f"{release}: {'whole and true' if ok else 'NOT what was built'}")
    return 0 if ok else 1
