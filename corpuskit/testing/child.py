"""The process of a LocalHub: a hub that ends with whoever started it."""

import json
import os
import signal
import sys
import threading
from pathlib import Path

from corpuskit.errors import CorpusError
from corpuskit.hub import serving


def main(folder: str, options: str) -> int:
    """Serve a folder on a free port; the URL is a line of JSON on stdout."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    given = {name: value for name, value in json.loads(options).items() if value is not None}
    try:
        serving.serve(Path(folder), "127.0.0.1", 0, serving.Limits(**given), _ready, _tell)
    except CorpusError as error:
        _tell(str(error))
        return error.exit_code
    return 0


def _end_with_parent() -> None:
    """Wait until the other end of stdin is closed, by the parent or by its death."""
    while os.read(0, 1024):
        pass
    signal.raise_signal(signal.SIGTERM)


def _ready(url: str) -> None:
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()


def _tell(message: str) -> None:
    sys.stderr.write(f"hub: {message}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
