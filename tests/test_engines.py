"""Engines: results in the order of the tasks, whatever order they end in; a dead worker is one named error."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from engine_work import divmod_of, work

from corpuskit.engines import Engine, Tell, cores, engine, serial, threads, threads_for
from corpuskit.errors import DamagedInput, WorkerLost

Opened = Callable[[], AbstractContextManager[Engine]]

ENGINES: dict[str, Opened] = {
    "serial": partial(engine, 1),
    "processes": partial(engine, 2),
    "more processes": partial(engine, 3),
    "threads": lambda: nullcontext(partial(threads.run, jobs=2)),
}
engines = pytest.mark.parametrize("opened", ENGINES.values(), ids=list(ENGINES))


def _collect(opened: Opened, tasks: Any) -> tuple[list[Any], list[Any]]:
    said: list[Any] = []
    with opened() as run:
        return list(run(work, tasks, said.append)), said


@engines
def test_results_come_in_the_order_of_the_tasks(opened: Opened) -> None:
    """The first tasks end last, and are given first; all that was said arrives."""
    tasks = [("sleep", 0.2), ("sleep", 0.1), *(("divmod", n, 3) for n in range(40))]
    results, said = _collect(opened, tasks)
    assert results == [None, None, *(divmod(n, 3) for n in range(40))]
    assert sorted(map(repr, said)) == sorted(repr(list(task[1:])) for task in tasks)


@engines
def test_no_tasks_are_no_work(opened: Opened) -> None:
    """Nothing in, nothing out."""
    assert _collect(opened, []) == ([], [])


@engines
def test_an_error_is_raised_in_its_turn(opened: Opened) -> None:
    """What tasks before it gave is there; the error keeps its type and fields."""
    with opened() as run:
        results = run(work, [("divmod", 7, 2), ("damaged", "a.gz", 7)], print)
        assert next(results) == (3, 1)
        with pytest.raises(DamagedInput) as raised:
            next(results)
    assert (raised.value.file, raised.value.offset) == ("a.gz", 7)


def test_a_mistake_in_the_work_names_its_place() -> None:
    """An exception that is no CorpusError brings the traceback of the worker along."""
    with pytest.raises(ZeroDivisionError) as raised:
        _collect(partial(engine, 2), [("divmod", 1, 0)])
    assert "in work" in "".join(raised.value.__notes__)


@pytest.mark.parametrize(
    ("task", "cause"),
    [(("die", signal.SIGKILL), "SIGKILL"), (("die", signal.SIGSEGV), "SIGSEGV"), (("exit", 3), "code 3")],
)
def test_a_dead_worker_is_one_named_error(task: tuple[Any, ...], cause: str) -> None:
    """The task at which it died is named, and how; no other worker is left behind."""
    before = _children()
    with pytest.raises(WorkerLost, match=cause) as raised:
        _collect(partial(engine, 2), [("sleep", 0.1), task, *[("sleep", 5)] * 9])
    assert raised.value.task == str(task)
    assert _children() == before


def test_workers_are_several_and_end_with_the_work() -> None:
    """Two jobs are two other processes, begun as tasks come, and gone when the results are there."""
    before = _children()
    results, _ = _collect(partial(engine, 2), [("process", 0.3)] * 4)
    assert len(set(results)) == 2
    assert os.getpid() not in results
    assert _children() == before


def test_work_that_is_given_up_ends() -> None:
    """Whoever looks at the first result alone leaves no worker behind."""
    before = _children()
    with engine(2) as run:
        assert next(run(work, [("divmod", 1, 1), *[("sleep", 30)] * 5], print)) == (1, 0)
    assert _children() == before


@engines
def test_one_engine_does_work_after_work(opened: Opened) -> None:
    """Each task is done with its own work; the workers of the first do the second."""
    before = _children()
    with opened() as run:
        first = set(run(work, [("process", 0.3)] * 3, print))
        assert list(run(divmod_of, [(7, 2), (9, 2)], print)) == [(3, 1), (4, 1)]
        assert set(run(work, [("process", 0.3)] * 3, print)) == first
    assert _children() == before


def test_results_wait_for_those_before_them_within_bounds() -> None:
    """While the first task runs, so many of the others are begun and no more: memory stays bounded."""
    begun = 0

    def tasks() -> Any:
        nonlocal begun
        yield ("sleep", 1.0)
        for _ in range(1000):
            begun += 1
            yield ("bytes", 10)

    with engine(2) as run:
        results = run(work, tasks(), lambda _: None)
        next(results)
        assert begun < 20
        assert sum(1 for _ in results) == 1000


def test_large_messages_cross() -> None:
    """A result larger than any buffer of the system."""
    assert [len(r) for r in _collect(partial(engine, 2), [("bytes", 30_000_000)] * 3)[0]] == [30_000_000] * 3


def test_a_script_without_a_main_guard_works(tmp_path: Path) -> None:
    """Workers do not run the caller's script again, as those of multiprocessing would."""
    script = tmp_path / "script.py"
    script.write_text(
        "import corpuskit\n"
        "for n in 'ab': open(f'{n}.jsonl', 'w').write('{}\\n' * 3)\n"
        "print(corpuskit.validate(['a.jsonl', 'b.jsonl'], {}, jobs=2).summary['records'])\n"
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("6\n", "")


def test_workers_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    """After kill -9 of the parent its workers end at once, not with the task at hand."""
    script = (
        "import sys; sys.path[:] = {!r}\nfrom engine_work import work\nfrom corpuskit.engines import engine\n"
        "tasks = [('process', 0.3)] * 4 + [('process', 60)] * 100\n"
        "with engine(2) as run:\n"
        "    for pid in run(work, tasks, lambda _: None): print(pid, flush=True)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script.format(sys.path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    workers = {int(parent.stdout.readline()) for _ in range(4)}
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 20
    while any(_running(pid) for pid in workers):
        assert time.monotonic() < until, "a worker outlived its parent"
        time.sleep(0.05)


def _running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def _children() -> set[str]:
    """The processes that this one has started and that run."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_threads_say_all_in_the_thread_of_the_caller() -> None:
    """What a task says is heard where its results are taken, so nobody who listens needs a lock."""
    heard: list[int] = []
    results = partial(threads.run, jobs=3)(
        work, [("divmod", n, 2) for n in range(50)], lambda _: heard.append(threading.get_ident())
    )
    assert len(list(results)) == 50
    assert set(heard) == {threading.get_ident()}
    assert len(heard) == 50


def test_threads_that_are_given_up_end_with_what_they_say_next() -> None:
    """Whoever looks at the first result alone waits for no more than the tasks at hand."""
    begun = []

    def talk(task: int, tell: Tell) -> int:
        begun.append(task)
        for _ in range(1000 if task else 1):
            time.sleep(0.01)
            tell(1)
        return task

    results = threads.run(talk, range(100), lambda _: None, jobs=2)
    started = time.monotonic()
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]  # a generator
    assert time.monotonic() - started < 5  # of the 10 that each of them takes
    assert len(begun) < 10
    assert [t for t in threading.enumerate() if "ThreadPool" in t.name] == []


def test_threads_are_for_several_tasks_and_cores() -> None:
    """One task needs no thread of its own."""
    assert threads_for(1) is serial.run
    assert threads_for(0) is serial.run
    assert (threads_for(2) is serial.run) == (cores() == 1)


def test_cores_are_those_that_may_be_used() -> None:
    """Cores that are taken from the process do not count."""
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code += "from corpuskit.engines import cores; print(cores())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
    assert cores() >= 1
