"""`corpuskit build`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpuskit.cli.options import common, print_json, size_of

if TYPE_CHECKING:
    from corpuskit.release import Release


@click.command()
@click.argument("spec", type=click.Path(path_type=Path), default="corpus.toml")
@click.option("--out", type=click.Path(path_type=Path), help="Folder that receives the release.")
@click.option("--replace", is_flag=True, help="Replace the release if it exists, by an atomic exchange.")
@click.option("--check", "release", type=click.Path(path_type=Path), metavar="RELEASE",
              help="Instead: build in a temporary folder and tell how RELEASE differs.")  # fmt: skip
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N",
              help="Work in N processes; default: one a core where there is enough to do.")  # fmt: skip
@click.option(
    "--no-cache", is_flag=True, help="Use nothing that an earlier build has made, and keep nothing."
)
@click.option(
    "--cache-bytes",
    metavar="SIZE",
    callback=size_of,
    help="What the cache may hold afterwards; default: 20GiB.",
)
@click.option(
    "--verbose", "-v", is_flag=True, help="Also print the navigation that was learned from each source."
)
@common
def build(
    spec: Path, out: Path | None, *, replace: bool, release: Path | None, jobs: int | None, no_cache: bool,
    cache_bytes: int | None, verbose: bool, shape: str, quiet: bool,
) -> int:  # fmt: skip
    """Build the release that SPEC (default: corpus.toml) describes.

    Writes OUT/<name>-<version>/ and its .audit/ folder, whole or not at all. A build that loses more of a
    source than its max_loss, or breaks a licensing rule, exits 1: the audit folder says why. What it has made
    stays in OUT/.<name>.cache for the next build, also for one after a crash; delete it when you like.

    With --check nothing is written: the exit code is 0 where RELEASE is what is built now to the last byte, else 1.
    """
    if release is not None:
        if out is not None or replace or no_cache or cache_bytes is not None or verbose:
            raise click.UsageError("--check takes no other option than --jobs, --format and --quiet.")
        return _check(spec, release, jobs, shape, quiet=quiet)
    if out is None:
        raise click.UsageError(
            "Name a folder for the release (--out DIR), or a release to check (--check RELEASE)."
        )
    from corpuskit import console
    from corpuskit.errors import BuildRefused
    from corpuskit.release import CACHE_BYTES
    from corpuskit.release import build as build_release

    most = CACHE_BYTES if cache_bytes is None else cache_bytes
    try:
        with console.build_progress(quiet=quiet or shape == "json") as progress:
            built = build_release(
                spec, out, replace=replace, jobs=jobs, cache=not no_cache, cache_bytes=most, progress=progress
            )
    except BuildRefused as refused:
        _show_refusal(refused.outcome, shape, verbose=verbose)
        raise
    _show(built, shape, verbose=verbose)
    return 0


def _check(spec: Path, release: Path, jobs: int | None, shape: str, *, quiet: bool) -> int:
    from corpuskit import console
    from corpuskit.reproduction import reproduce

    with console.build_progress(quiet=quiet or shape == "json") as progress:
        findings = reproduce(spec, release, jobs=jobs, progress=progress)
    ok = not any(f.severity == "error" for f in findings)
    if shape == "json":
        print_json({"ok": ok, "findings": [f.as_dict() for f in findings]})
    else:
        console.show_findings(findings)
        console.show(f"{release}: {'built again, every byte is the same' if ok else 'NOT what is built now'}")
    return 0 if ok else 1


def _show_refusal(outcome: dict[str, Any], shape: str, *, verbose: bool) -> None:
    from corpuskit import console

    if shape == "json":
        print_json(outcome)
        return
    if verbose:
        console.show_navigation(outcome["audit"])
    console.show_accounts(outcome["sources"], outcome["accounts"])
    console.show_kinds(outcome["findings"])
    console.show(
        f"refused, nothing released. Why each record was lost: {outcome['audit']}",
        _taken(outcome["seconds"], outcome["peak_bytes"]),
    )


def _show(release: "Release", shape: str, *, verbose: bool) -> None:
    from corpuskit import console

    if shape == "json":
        print_json(release.as_dict())
        return
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


def _taken(seconds: float, peak_bytes: int | None) -> str:
    """What a build took, in words."""
    memory = f", peak memory {peak_bytes / 2**20:,.0f} MiB" if peak_bytes else ""
    return f"took         {seconds:,.1f} s{memory}"
