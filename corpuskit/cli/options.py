"""Options that every command has."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def common(command: Command) -> Command:
    """Add --format and --quiet."""
    quiet = click.option("--quiet", "-q", is_flag=True, help="Say nothing on stderr but errors.")
    shape = click.option(
        "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True,
        help="What stdout holds.",
    )  # fmt: skip
    return quiet(shape(command))


def registry_of(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """The folders by URI prefix that `--registry URI=DIR`, given any number of times, names."""
    registry: dict[str, str] = {}
    for each in given:
        uri, _sign, folder = each.partition("=")
        if not folder:
            raise click.BadParameter(
                f"{each!r} is not of the form URI=DIR, such as http://localhost:1234/=DIR."
            )
        if uri in registry:
            raise click.BadParameter(f"{uri!r} is mapped twice.")
        registry[uri] = folder
    return registry


def size_of(_: click.Context, __: click.Parameter, given: str | None) -> int | None:
    """The bytes that a size such as 20GiB names."""
    if given is None:
        return None
    from corpuskit.spec import byte_count

    size = byte_count(given)
    if size is None:
        raise click.BadParameter(f"{given!r} is no size such as 500MB or 20GiB.")
    return size


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout, with nothing that a terminal would act on."""
    from corpuskit.reports.outcome import inert_json

    sys.stdout.write(inert_json(value, indent=2) + "\n")
