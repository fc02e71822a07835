"""The other end of the line: runs the tasks that come over a connection, and answers."""

import ctypes
import signal
import traceback
from multiprocessing.connection import Connection
from typing import Any

from corpuskit.engines.serial import Tell, Work
from corpuskit.errors import CorpusError
from corpuskit.startup import settle

_PR_SET_PDEATHSIG = 1


def serve(descriptor: int) -> None:
    """Take (True, work) and (False, task of it) from the connection of that file descriptor, until it is closed.

    An answer is (True, result), (False, exception), or (None, something said on the way).
    """
    _end_with_parent()
    # What ends the whole at a terminal reaches the parent too, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle()
    with Connection(descriptor) as line:
        try:
            work: Work = _nothing
            while True:
                is_work, said = line.recv()
                if is_work:
                    work = said
                else:
                    line.send(_answer(work, said, line))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return  # the parent has ended


def _nothing(task: Any, tell: Tell) -> None:
    """What is done before any work is known."""


def _end_with_parent() -> None:
    """Be killed when the parent is, not at the end of the task: the next build may be at work by then."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:  # elsewhere than on Linux the line tells, a little later
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _answer(work: Work, task: Any, line: Connection) -> tuple[bool, Any]:
    try:
        return True, work(task, lambda said: line.send((None, said)))
    except BrokenPipeError:
        raise
    except CorpusError as error:
        return False, error
    except BaseException as error:  # noqa: BLE001 - the parent raises it in its turn
        error.add_note("".join(traceback.format_exception(error)))
        return False, error
