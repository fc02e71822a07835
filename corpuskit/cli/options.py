"""Options that every command has."""

import json
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


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout, with nothing that a terminal would act on."""
    # Control characters are escaped by JSON itself but for DEL, C1 and format characters: so all non-ASCII is.
    # `##[` would begin a command anywhere in a line of a GitHub log; in JSON it stands in strings only.
    text = json.dumps(value, indent=2, ensure_ascii=True)
    sys.stdout.write(text.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[") + "\n")
