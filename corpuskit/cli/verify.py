"""`corpuskit verify`."""

import click

from corpuskit.cli.options import common, print_json


@click.command()
@click.argument("release")
@click.option("--quick", is_flag=True, help="Compare names, sizes and row counts only.")
@click.option("--expect-root", metavar="HEX", help="The root digest that is meant, as build printed it.")
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
