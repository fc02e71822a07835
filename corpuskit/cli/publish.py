"""`corpuskit publish`."""

import sys
from pathlib import Path
from typing import Any

import click

from corpuskit.cli.options import common, print_json


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.argument("target", required=False)
@click.option("--dry-run", is_flag=True, help="Make the plan and show it; change nothing.")
@click.option(
    "--plan-out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the plan to FILE.",
)
@click.option(
    "--plan", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Execute exactly this plan, or nothing where the target or the release has changed.",
)  # fmt: skip
@click.option("--private", is_flag=True, help="Let none but the members of the namespace read.")
@click.option(
    "--branch",
    default="main",
    show_default=True,
    help="Commit to this branch; without --tag only main is tagged.",
)
@click.option("--tag", is_flag=True, help="Make the version's tag, which main always gets, on --branch, too.")
@click.option(
    "--allow-older",
    is_flag=True,
    help="Let readers who name no version have this one, although what they have now is newer.",
)
@click.option("--pull-request", is_flag=True, help="Open a pull request instead of a commit on main.")
@click.option("--message", default="", help="The message of commit and tag; else name and version.")
@click.option(
    "--allow-unknown-license", is_flag=True, help="Publish articles under LicenseRef-unknown all the same."
)
@common
def publish(
    release: Path, target: str | None, *, dry_run: bool, plan_out: Path | None, plan: Path | None, private: bool,
    branch: str, tag: bool, allow_older: bool, pull_request: bool, message: str, allow_unknown_license: bool,
    shape: str, quiet: bool,
) -> int:  # fmt: skip
    """Publish RELEASE to TARGET, in one step that readers see wholly or not at all.

    TARGET is hf://NAMESPACE/NAME, a dataset repository that is made where there is none, s3://BUCKET/PREFIX or
    file:///FOLDER; left out, it is `[hub] repo` of the release's corpus.toml. Gates are judged first: verification,
    licences, secrets, sizes, the tag. Interrupted, run the same command again: what has arrived is not sent again.
    """
    from corpuskit import console
    from corpuskit.errors import PublishRefused
    from corpuskit.hub import publishing

    chosen = (private, branch != "main", tag, allow_older, pull_request, message, allow_unknown_license)
    if plan is not None and any(chosen):
        raise click.UsageError("--plan executes what the plan says: leave the other options out.")

    def published(*, only_plan: bool, given: Any) -> Any:
        return publishing.publish(
            release, target, dry_run=only_plan, plan=given, private=private or None, branch=branch,
            pull_request=pull_request, message=message, allow_unknown_license=allow_unknown_license,
            allow_older=allow_older, tag=tag,
            tell=lambda text: console.talk(text, quiet=quiet), progress=not quiet and sys.stderr.isatty(),
        )  # fmt: skip

    done: Any = published(only_plan=True, given=plan) if dry_run or plan_out is not None else None
    if plan_out is not None:
        publishing.write_plan(done, plan_out)
    try:
        done = done if dry_run else published(only_plan=False, given=done or plan)
    except PublishRefused as refused:
        if shape == "json" and refused.outcome:
            print_json(refused.outcome)
        raise
    made, revision = (done, None) if isinstance(done, publishing.Plan) else (done.plan, done.revision)
    if shape == "json":
        print_json(publishing.outcome(made, made.findings, ok=made.ok, revision=revision))
    elif revision is None:
        console.show(*publishing.plan_lines(made))
    else:
        console.show_findings(made.findings)
        console.show(*publishing.done_lines(made, revision))
    return 0 if made.ok else 1
