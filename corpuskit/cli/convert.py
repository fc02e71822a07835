"""`corpuskit convert`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpuskit.cli.options import common, print_json

if TYPE_CHECKING:
    from corpuskit.conversion import Converted

_FORMS = ["parquet", "arrow", "jsonl", "csv", "tsv"]


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="IN... OUT")
@click.option("--to", type=click.Choice(_FORMS), help="The form of OUT; left out, its suffix tells.")
@click.option("--columns", metavar="A,B", help="Take these columns alone, in this order.")
@click.option(
    "--where", metavar="EXPR", help="Take rows alone of which this is true: \"language = 'id' and n > 5\"."
)
@click.option("--config", help="Take this config of a folder.")
@click.option("--split", help="Take this split of a folder.")
@click.option("--lossy", is_flag=True, help="Accept what the form cannot hold as a loss, and list each.")
@click.option(
    "--compression",
    metavar="CODEC",
    default="snappy",
    show_default=True,
    help="The codec of Parquet: snappy, lz4, none, or zstd, gzip, brotli with a level: zstd:3.",
)
@click.option("--replace", is_flag=True, help="Write over OUT where it is there.")
@common
def convert(
    paths: tuple[str, ...], to: str | None, columns: str | None, where: str | None, config: str | None,
    split: str | None, compression: str, *, lossy: bool, replace: bool, shape: str, quiet: bool,
) -> int:  # fmt: skip
    """Convert rows between Parquet, Arrow, JSON Lines, CSV and TSV: exactly, or not at all.

    IN is a file, a glob, several of these, or one folder: a release, one that `save_to_disk` of datasets wrote, or one
    as hubs have it. OUT is a file, or a folder where its name has no suffix; what is there stays unless --replace.

    A column that OUT cannot hold is refused by name before anything is written. JSON Lines and CSV have fewer types:
    they get .OUT.arrow-schema beside them, by which convert reads them back as they were.
    """
    if len(paths) < 2:
        raise click.UsageError("Name what to convert and, last, where to.")
    from corpuskit import console
    from corpuskit.conversion import convert as convert_rows

    with console.build_progress(quiet=quiet or shape == "json") as progress:
        made = convert_rows(
            paths[:-1], Path(paths[-1]), to=to, columns=None if columns is None else columns.split(","), where=where,
            config=config, split=split, compression=compression, lossy=lossy, replace=replace, progress=progress,
        )  # fmt: skip
    if shape == "json":
        print_json(made.as_dict())
    else:
        _show(made)
    return 0


def _show(made: "Converted") -> None:
    from corpuskit import console

    console.show(*(f"lost: {loss}" for loss in made.losses))
    splits = ", ".join(f"{name} {rows:,}" for name, rows in made.splits.items())
    console.show(f"{made.out}: {made.rows:,} rows{f' ({splits})' if splits else ''}, {made.seconds:,.1f} s")
