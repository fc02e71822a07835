"""`corpuskit validate`."""

from pathlib import Path

import click

from corpuskit.cli.options import common, print_json


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--schema", type=click.Path(path_type=Path), help="JSON Schema; default: the built-in article schema."
)
@click.option("--document", is_flag=True, help="Take each .json file as one instance of any type.")
@click.option("--no-formats", is_flag=True, help="Do not assert `format`.")
@click.option("--max-findings", type=click.IntRange(min=0), default=1000, show_default=True,
              help="How many findings are printed; all are counted.")  # fmt: skip
@common
def validate(
    paths: tuple[str, ...], schema: Path | None, *, document: bool, no_formats: bool, max_findings: int, shape: str,
    quiet: bool,
) -> int:  # fmt: skip
    """Check every record of PATHs: JSONL, JSON and text files, a corpus.toml, a release, or - for stdin.

    Prints each kind of finding with its count and first places.
    """
    from corpuskit import console
    from corpuskit.report import validate as validate_paths

    with console.validate_progress(quiet=quiet or shape == "json") as progress:
        report = validate_paths(paths, schema, document=document, formats=not no_formats, progress=progress)
    if shape == "json":
        print_json(report.as_dict(max_findings))
    else:
        console.show_findings(report.findings, shown=min(max_findings, 10))
        s = report.summary
        console.show(f"{s['records']:,} records: {s['valid']:,} valid, {s['invalid']:,} invalid")
    return 3 if report.damaged else 0 if report.ok else 1
