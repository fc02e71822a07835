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


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout, with nothing that a terminal would act on."""
    # Control characters are escaped by JSON itself but for DEL, C1 and format characters: so all non-ASCII is.
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n")
