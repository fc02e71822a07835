"""Runs the command line: errors to one sentence and an exit code, signals to 128 plus their number."""

import os
import signal
import sys
from types import FrameType
from typing import Any

import click

from corpuskit import console
from corpuskit.errors import CorpusError


class _Terminated(BaseException):
    """SIGTERM, as an exception, so that staging folders are removed on the way out."""


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise _Terminated


def run(root: click.Command) -> int:
    """Run a command on the arguments of this process and give its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return _exit_code(root(standalone_mode=False))
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except CorpusError as error:
        console.talk(f"error: {error}")
        return error.exit_code
    except BrokenPipeError:
        # The reader went away, as `head` does: no error, but nothing more may be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        console.talk(f"error: {error.filename or 'input or output'}: {error.strerror or error}.")
        return 3
    except (KeyboardInterrupt, click.Abort):
        console.talk("interrupted; nothing was released")
        return 128 + signal.SIGINT
    except _Terminated:
        return 128 + signal.SIGTERM


def _exit_code(result: Any) -> int:
    return result if isinstance(result, int) else 0
