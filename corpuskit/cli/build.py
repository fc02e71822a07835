"""`corpuskit build`."""

from pathlib import Path

import click

from corpuskit.cli.options import common, print_json


@click.command()
@click.argument("spec", type=click.Path(path_type=Path), default="corpus.toml")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder that receives the release."
)
@click.option("--replace", is_flag=True, help="Replace the release if it exists, by an atomic exchange.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N",
              help="Work in N processes; default: one a core where there is enough to do.")  # fmt: skip
@click.option(
    "--verbose", "-v", is_flag=True, help="Also print the navigation that was learned from each source."
)
@common
def build(
    spec: Path, out: Path, *, replace: bool, jobs: int | None, verbose: bool, shape: str, quiet: bool
) -> int:
    """Build the release that SPEC (default: corpus.toml) describes.

    Writes OUT/<name>-<version>/ and its .audit/ folder, whole or not at all. A build that loses more of a
    source than its max_loss, or breaks a licensing rule, exits 1: the audit folder says why.
    """
    from corpuskit import console
    from corpuskit.errors import BuildRefused
    from corpuskit.release import build as build_release

    try:
        with console.build_progress(quiet=quiet or shape == "json") as progress:
            release = build_release(spec, out, replace=replace, jobs=jobs, progress=progress)
    except BuildRefused as refused:
        if shape == "json":
            print_json(refused.outcome)
        else:
            if verbose:
                console.show_navigation(refused.outcome["audit"])
            console.show_accounts(refused.outcome["sources"], refused.outcome["accounts"])
            console.show_kinds(refused.outcome["findings"])
            console.show(
                f"refused, nothing released. Why each record was lost: {refused.outcome['audit']}",
                _taken(refused.outcome["seconds"], refused.outcome["peak_bytes"]),
            )
        raise
    if shape == "json":
        print_json(release.as_dict())
        return 0
    if verbose:
        console.show_navigation(release.audit)
    console.show_accounts(release.sources, release.accounts)
    console.show_kinds(release.findings)
    splits = ", ".join(f"{name} {rows:,}" for name, rows in release.splits.items())
    console.show(
        f"splits       {splits}",
        f"release      {release.path}",
        f"audit        {release.audit}",
        f"card         {release.path / 'README.md'}",
        f"content id   {release.content_id}",
        f"root digest  {release.root_digest}",
        _taken(release.seconds, release.peak_bytes),
    )
    return 0


def _taken(seconds: float, peak_bytes: int | None) -> str:
    """What a build took, in words."""
    memory = f", peak memory {peak_bytes / 2**20:,.0f} MiB" if peak_bytes else ""
    return f"took         {seconds:,.1f} s{memory}"
