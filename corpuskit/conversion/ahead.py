"""Takes what an iterator gives in a thread of its own, a little ahead: reading and writing then overlap."""

from collections.abc import Iterable, Iterator
from queue import Queue
from threading import Event, Thread
from typing import Any

_END = object()


def ahead(items: Iterable[Any], depth: int = 2) -> Iterator[Any]:
    """The same items; at most `depth` of them wait. An exception of the iterator is raised in its turn.

    The iterator is closed in its thread when nobody takes any more.
    """
    queue: Queue[tuple[Any, BaseException | None]] = Queue(depth)
    over = Event()

    def take() -> None:
        iterator = iter(items)
        error: BaseException | None = None
        try:
            for item in iterator:
                queue.put((item, None))
                if over.is_set():
                    break
        except BaseException as raised:  # noqa: BLE001 - it is raised in its turn
            error = raised
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()
        queue.put((_END, error))

    thread = Thread(target=take, name="ahead", daemon=True)
    thread.start()
    ended = False
    try:
        while True:
            item, error = queue.get()
            if item is _END:
                ended = True
                if error is not None:
                    raise error
                return
            yield item
    finally:
        over.set()
        while not ended:  # until the thread has closed its iterator
            ended = queue.get()[0] is _END
        thread.join()
