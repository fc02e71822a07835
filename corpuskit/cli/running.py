"""Runs the command line: errors to one sentence and an exit code, signals to 128 plus their number."""

import os
import signal
import sys
from io import TextIOWrapper
from types import FrameType
from typing import Any

import click

from corpuskit import console
from corpuskit.errors import CorpusError
from corpuskit.startup import settle

_STOPPING = (signal.SIGINT, signal.SIGTERM)


class _Stopped(BaseException):
    """A signal, as an exception, so that staging folders are removed on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _stop(number: int, _frame: FrameType | None) -> None:
    # A second signal must not cut short what the first one set going: the removal of the staging folder.
    for each in _STOPPING:
        signal.signal(each, signal.SIG_IGN)
    raise _Stopped(number)


def run(root: click.Command) -> int:
    """Run a command on the arguments of this process and give its exit code."""
    for each in _STOPPING:
        signal.signal(each, _stop)
    settle()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 shows what it can
    try:
        code = _exit_code(root(standalone_mode=False))
        sys.stdout.flush()
        return code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except CorpusError as error:
        console.talk(f"error: {error}")
        return error.exit_code
    except (BrokenPipeError, SystemExit):
        # The reader of stdout went away, as `head` does, and click ends the program: no verdict was heard.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 128 + signal.SIGPIPE
    except OSError as error:
        console.talk(f"error: {error.filename or 'input or output'}: {error.strerror or error}.")
        return 3
    except click.Abort:
        return 128 + signal.SIGINT
    except _Stopped as stopped:
        console.talk("interrupted")
        return 128 + stopped.number


def _exit_code(result: Any) -> int:
    return result if isinstance(result, int) else 0
