"""`corpuskit serve`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpuskit.cli.options import common

if TYPE_CHECKING:
    from corpuskit.hub.serving import Scope


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port to listen on; 0 (default): any."
)
@click.option("--add-token", metavar="NAME", help="Make a token, print it this once, and serve nothing.")
@click.option(
    "--scope", type=click.Choice(["read", "write"]), default="write", show_default=True,
    help="What the token of --add-token allows.",
)  # fmt: skip
@click.option("--remove-token", metavar="NAME", help="Make a token worthless, and serve nothing.")
@click.option(
    "--max-file-bytes", type=click.IntRange(min=1), default=500 * 10**9, show_default=True,
    help="How large a file may be.",
)  # fmt: skip
@click.option(
    "--part-bytes", type=click.IntRange(min=1), default=64 * 2**20, show_default=True,
    help="Larger files are uploaded in parts of this size.",
)  # fmt: skip
@common
def serve(
    folder: Path, *, host: str, port: int, add_token: str | None, scope: "Scope", remove_token: str | None,
    max_file_bytes: int, part_bytes: int, shape: str, quiet: bool,
) -> int:  # fmt: skip
    """Serve the hub in DIR to clients of the Hugging Face Hub, until stopped.

    DIR is made where it does not exist. Once the hub takes connections, one line on stdout holds its URL. Whoever
    reaches it reads what is public; everything else needs a token. Where there is no token yet, one of scope
    write is made and shown, this once.
    """
    from corpuskit import console
    from corpuskit.hub import serving

    if add_token is not None or remove_token is not None:
        return _change_tokens(folder, add_token, scope, remove_token, shape)
    root = serving.open_hub(folder)
    token = None
    if not serving.load_tokens(root) and not (quiet and shape == "text"):
        token = serving.add_token(root, "owner", "write")
    if not serving.is_local(host):
        console.talk(
            f"warning: {host} is reached from other machines: they read what is public here, and tokens travel "
            "unencrypted. Put a proxy with TLS before it, or leave out --host.", quiet=quiet,
        )  # fmt: skip

    def ready(url: str) -> None:
        if shape == "json":
            _line(json.dumps({"url": url, "token": token}))
            return
        _line(f"serving {url}")
        console.talk(f"export HF_ENDPOINT={url} HF_HUB_DISABLE_XET=1", quiet=quiet)
        if token is not None:
            console.talk(f"export HF_TOKEN={token}  # shown this once: a token that may write", quiet=quiet)

    limits = serving.Limits(max_file_bytes=max_file_bytes, part_bytes=part_bytes)
    serving.serve(root, host, port, limits, ready, console.talk)
    return 0


def _change_tokens(folder: Path, added: str | None, scope: "Scope", removed: str | None, shape: str) -> int:
    from corpuskit.hub import serving

    root = serving.open_hub(folder)
    if removed is not None:
        serving.remove_token(root, removed)
    if added is not None:
        token = serving.add_token(root, added, scope)
        _line(json.dumps({"name": added, "scope": scope, "token": token}) if shape == "json" else token)
    return 0


def _line(text: str) -> None:
    """A line on stdout, at once: whoever started this waits for it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
