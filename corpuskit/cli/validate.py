"""`corpuskit validate`."""

import os
from pathlib import Path
from typing import Any

import click

from corpuskit.cli.options import common, print_json, registry_of


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--schema", type=click.Path(path_type=Path), help="JSON Schema; default: the built-in article schema."
)
@click.option("--registry", multiple=True, metavar="URI=DIR", callback=registry_of,
              help="Look up what the schema refers to below URI in DIR; nothing is fetched. Repeatable.")  # fmt: skip
@click.option("--document", is_flag=True, help="Take each .json file as one instance of any type.")
@click.option("--no-formats", is_flag=True, help="Do not assert `format`.")
@click.option("--max-findings", type=click.IntRange(min=0), default=1000, show_default=True,
              help="How many findings are printed; all are counted.")  # fmt: skip
@click.option("--max-invalid", metavar="N", default="0", show_default=True,
              help="Exit 0 with so many invalid records: a number, or a share of all such as 1%.")  # fmt: skip
@click.option("--rejects", type=click.Path(path_type=Path), metavar="DIR",
              help="Write the bytes of all invalid records to a new folder DIR, in files like their own.")  # fmt: skip
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N",
              help="Work in N processes; default: one a core where there is enough to do.")  # fmt: skip
@click.option("--report", "reports", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="Write all findings to FILE: .jsonl, .sarif or .xml (JUnit). Repeatable.")  # fmt: skip
@common
def validate(
    paths: tuple[str, ...], schema: Path | None, *, registry: dict[str, str], document: bool, no_formats: bool,
    max_findings: int, max_invalid: str, rejects: Path | None, jobs: int | None, reports: tuple[Path, ...], shape: str,
    quiet: bool,
) -> int:  # fmt: skip
    """Check every record of PATHs: JSONL, JSON, CSV, TSV, Parquet and text files, a corpus.toml, a release, or -.

    Prints each kind of finding with its count and first places. - stands for JSON Lines that come over stdin.
    """
    from corpuskit import console
    from corpuskit.report import validate as validate_paths
    from corpuskit.reports import check_reports, write_report
    from corpuskit.reports.github import annotations

    check_reports(reports, [*paths, *([schema] if schema else [])])
    with console.validate_progress(quiet=quiet or shape == "json") as progress:
        report = validate_paths(
            paths, schema, document=document, formats=not no_formats, registry=registry, max_invalid=max_invalid,
            rejects=rejects, jobs=jobs, progress=progress,
        )  # fmt: skip
    for file in reports:
        write_report(report, file)
    if shape == "json":
        print_json(report.as_dict(max_findings))
    else:
        on_github = os.environ.get("GITHUB_ACTIONS") == "true"
        with console.shielded(on=on_github):
            whole = console.show_findings(report.findings, shown=min(max_findings, 10))
            s = report.summary
            allowed = f" ({s['allowed']:,} allowed)" if s["allowed"] else ""
            records = "1 record" if s["records"] == 1 else f"{s['records']:,} records"
            console.show(f"{records}: {s['valid']:,} valid, {s['invalid']:,} invalid{allowed}")
            if not whole and not reports:
                console.show(
                    f"→ All {len(report.findings):,} findings, each with its place: --report findings.jsonl"
                )
            if rejects is not None:
                console.show(_kept(s["rejects"]))
        if on_github:
            console.command(annotations(report.located()))
    return 3 if report.damaged else 0 if report.ok else 1


def _kept(rejects: dict[str, Any]) -> str:
    """What became of the bytes of invalid records."""
    kept = rejects["kept"]
    text = f"{kept:,} invalid record{'s' * (kept != 1)} kept in {rejects['folder']}"
    return text + (f"; {rejects['overlong']:,} too long to be kept" if rejects["overlong"] else "")
