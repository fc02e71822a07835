"""Faults: whatever stops a build, a release is there whole or not at all, and the next build succeeds."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import article, jsonl

import corpuskit

NAME = "tiny-1.0.0"
LOCK, CACHE = ".tiny.lock", ".tiny.cache"
EXTRA = """
[splits]
shares = { train = 0.5, test = 0.5 }
[output]
formats = ["parquet", "arrow", "jsonl"]
"""
WHOLE = [LOCK, NAME, f"{NAME}.audit"]


@pytest.fixture
def spec(corpus: Callable[..., Path]) -> Path:
    """A corpus of three small files, with rejects, duplicates and a text file, released in every format."""
    files = {
        "a.jsonl": jsonl([*map(article, range(30)), b"rusak", article(3)]),
        "b.json": json.dumps([article(n) for n in range(40, 60)]).encode(),
        "c.txt": b"Judul\n\n2017-12-19 13:16:05\n\nIsi.\n",
    }
    return corpus(files, extra=EXTRA)


def command(*arguments: str | Path) -> list[str]:
    """The command line as an argument list."""
    return [sys.executable, "-m", "corpuskit", *map(str, arguments)]


def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, which must end."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=60, check=False, **options
    )


def names(folder: Path) -> list[str]:
    """What lies in a folder, but for the cache."""
    return sorted(path.name for path in folder.iterdir() if path.name != CACHE) if folder.exists() else []


def snapshot(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below a folder, but for the cache."""
    files = (p for p in folder.rglob("*") if p.is_file() and CACHE not in p.parts)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


# --- two builds ---


def test_a_second_build_exits_11_at_once(spec: Path, tmp_path: Path) -> None:
    """While a build holds the output, a second one says busy and writes nothing; the first is not disturbed."""
    out = tmp_path / "out"
    seen: list[subprocess.CompletedProcess[str]] = []

    def meanwhile(phase: str, *_: int) -> None:
        if phase in {"map", "write"} and len(seen) < 2:
            before = snapshot(out)
            seen.append(run("build", spec, "--out", out, *(["--replace"] if seen else [])))
            assert snapshot(out) == before

    release = corpuskit.build(spec, out, progress=meanwhile)
    assert [(done.returncode, done.stdout) for done in seen] == [(11, ""), (11, "")]
    assert all("another build" in done.stderr for done in seen)
    assert corpuskit.verify(release.path) == []
    assert names(out) == WHOLE
    with pytest.raises(corpuskit.ReleaseExists):
        corpuskit.build(spec, out)


def test_many_builds_at_once_make_one_release(spec: Path, tmp_path: Path) -> None:
    """Of five builds started together each exits 0, 11, or 2 once the release stands; at least one wins."""
    out = tmp_path / "out"
    started = [
        subprocess.Popen(command("build", spec, "--out", out), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(5)
    ]
    codes = sorted((process.communicate(timeout=60), process.returncode)[1] for process in started)
    assert codes[0] == 0
    assert set(codes[1:]) <= {2, 11}
    assert names(out) == WHOLE
    assert corpuskit.verify(out / NAME) == []


def test_corpora_of_other_names_build_side_by_side(spec: Path, tmp_path: Path) -> None:
    """The lock is of one corpus: another may be built into the same folder, and neither sweeps the other."""
    other = spec.with_name("other.toml")
    other.write_text(spec.read_text().replace('"tiny"', '"tiny.stage-x"'))
    out = tmp_path / "out"

    def meanwhile(phase: str, *_: int) -> None:
        if phase == "write" and not (out / NAME).exists():
            corpuskit.build(spec, out)

    release = corpuskit.build(other, out, progress=meanwhile)
    assert corpuskit.verify(release.path) == []
    assert corpuskit.verify(out / NAME) == []
    assert [name for name in names(out) if "stage-" in name and name[0] != "."] == [
        "tiny.stage-x-1.0.0", "tiny.stage-x-1.0.0.audit",
    ]  # fmt: skip


# --- signals and kills, at lines of the build spread over its whole run ---

# Forks one process a point; each sends itself a signal when it has run so many lines of corpuskit.
PROBE = """
import json, os, shutil, sys, traceback
from pathlib import Path
import corpuskit
from corpuskit.cli import root
from corpuskit.cli.running import run

package = str(Path(corpuskit.__file__).parent)
spec, out, number, draws, old = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4]), sys.argv[5]
arguments = ["corpuskit", "build", spec, "--quiet", "--format", "json", "--out"]
corpuskit.build(spec, out / "warm")

def attempt(target, last):
    count = 0
    def trace(frame, event, _):
        nonlocal count
        code = frame.f_code.co_filename
        if not code.startswith(package) or code.endswith("running.py"):
            return None
        if event == "line":
            count += 1
            if count == last:
                sys.settrace(None)
                os.kill(os.getpid(), number)
        return trace
    sys.argv = [*arguments, str(target), *(["--replace"] if old else [])]
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    sys.settrace(trace)
    code = run(root)
    sys.settrace(None)
    return code, count

def forked(target, last, report=None):
    if old:
        shutil.copytree(old, target)
    child = os.fork()
    if child == 0:
        code, count = 99, 0
        try:
            code, count = attempt(target, last)
        except BaseException as error:
            Path(str(target) + ".crash").write_text("".join(traceback.format_exception(error)))
        if report is not None:
            report.write_text(str(count))
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

count = out / "count"
assert forked(out / "warm2", -1, count) == 0
total = int(count.read_text())
codes = {}
for draw in draws:
    last = 1 + int(draw * (total - 1))
    codes[last] = forked(out / f"{last}", last)
print(json.dumps({"total": total, "codes": codes}))
"""


def probe(spec: Path, out: Path, number: int, points: int, old: Path | None = None) -> dict[str, int]:
    """The exit code of a build stopped by a signal at each of so many lines; its output is in out/LINE.

    Where there is an `old` output, each build replaces the release in a copy of it.
    """
    draw = random.Random(number)
    # Half of the points lie in the last tenth of the run, where files are renamed.
    draws = [draw.random() if n % 2 else 1 - draw.random() / 10 for n in range(points)]
    out.mkdir()
    arguments = [str(spec), str(out), str(int(number)), json.dumps(draws), str(old or "")]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["total"] > 1000
    assert [crash.read_text() for crash in out.glob("*.crash")] == []
    return dict(told["codes"])


def whole_or_absent(folder: Path, line: str) -> bool:
    """Whether a release is there, which must then be the one that was built; an audit folder may precede it."""
    if not (folder / NAME).exists():
        return False
    assert corpuskit.verify(folder / NAME) == [], line
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_build_leaves_nothing(spec: Path, tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM exits 143 and SIGINT 130, wherever they strike: no staging folder stays and no part of a release."""
    out = tmp_path / "out"
    codes = probe(spec, out, number, 24)
    assert set(codes.values()) == {128 + number}
    for line in codes:
        assert [name for name in names(out / line) if "stage" in name] == []
        whole_or_absent(out / line, line)
    assert sum((out / line / NAME).exists() for line in codes) <= len(codes) // 4


def test_a_killed_build_leaves_nothing_or_a_whole_release(spec: Path, tmp_path: Path) -> None:
    """After kill -9 at any line there is no release or a whole one; the next build makes what an undisturbed does."""
    corpuskit.build(spec, tmp_path / "undisturbed", cache=False)
    expected, out = snapshot(tmp_path / "undisturbed"), tmp_path / "out"
    codes = probe(spec, out, signal.SIGKILL, 20)
    assert set(codes.values()) == {-signal.SIGKILL}
    absent = [line for line in codes if not whole_or_absent(out / line, line)]
    assert len(absent) > len(codes) // 2
    assert any("stage" in name for line in absent for name in names(out / line))
    assert any((out / line / CACHE / "part").exists() for line in absent)
    for line in codes:
        corpuskit.build(spec, out / line, replace=line not in absent)
        assert names(out / line) == WHOLE
        assert snapshot(out / line) == expected


def test_a_killed_replacement_leaves_the_old_or_the_new_release(spec: Path, tmp_path: Path) -> None:
    """After kill -9 during --replace the old release stands untouched or the new one whole, at any line."""
    old = corpuskit.build(spec, tmp_path / "old")
    (spec.parent / "a.jsonl").write_bytes(jsonl(map(article, range(100, 140))))
    new = corpuskit.build(spec, tmp_path / "new")
    out = tmp_path / "out"
    codes = probe(spec, out, signal.SIGKILL, 20, tmp_path / "old")
    assert set(codes.values()) == {-signal.SIGKILL}
    manifests = [(release.path / "manifest.json").read_bytes() for release in (old, new)]
    found = [manifests.index((out / line / NAME / "manifest.json").read_bytes()) for line in codes]
    assert 0 in found
    for line in codes:
        shutil.rmtree(out / line / f"{NAME}.audit")
        assert [f.kind for f in corpuskit.verify(out / line / NAME)] == ["no-audit"]
        corpuskit.build(spec, out / line, replace=True)
        assert names(out / line) == WHOLE
        assert corpuskit.verify(out / line / NAME, expect_root=new.root_digest) == []


def test_the_old_release_is_whole_until_the_swap(spec: Path, tmp_path: Path) -> None:
    """At every moment of a replacement the old release verifies, and a failed one leaves it as it was."""
    old = corpuskit.build(spec, tmp_path / "out")
    before = snapshot(tmp_path / "out")
    (spec.parent / "a.jsonl").write_bytes(jsonl(map(article, range(100, 140))))
    phases: list[str] = []

    def meanwhile(phase: str, *_: int) -> None:
        phases.append(phase)
        assert corpuskit.verify(old.path, expect_root=old.root_digest) == []

    new = corpuskit.build(spec, tmp_path / "out", replace=True, progress=meanwhile)
    assert {"pin", "map", "index", "write", "commit"} <= set(phases)
    assert new.root_digest != old.root_digest
    assert corpuskit.verify(new.path, expect_root=new.root_digest) == []
    shutil.rmtree(tmp_path / "out")
    for name, data in before.items():
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(data)
    (spec.parent / "b.json").write_bytes(b"[{")
    with pytest.raises(corpuskit.InputError):
        corpuskit.build(spec, tmp_path / "out", replace=True)
    assert snapshot(tmp_path / "out") == before


def test_a_refused_replacement_keeps_the_old_release_and_its_audit(spec: Path, tmp_path: Path) -> None:
    """Where a budget refuses, the old release and its audit folder stay, and the refusal has a folder of its own."""
    old = corpuskit.build(spec, tmp_path / "out")
    before = snapshot(old.path) | snapshot(old.audit)
    (spec.parent / "a.jsonl").write_bytes(b"rusak\n" * 9)
    spec.write_text(spec.read_text().replace("max_loss = 1.0", "max_loss = 0.1"))
    done = run("build", spec, "--out", tmp_path / "out", "--replace", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["release"]) == (1, None)
    assert snapshot(old.path) | snapshot(old.audit) == before
    assert corpuskit.verify(old.path) == []
    assert names(tmp_path / "out") == [LOCK, NAME, f"{NAME}.audit", f"{NAME}.refused.audit"]
    assert json.loads(done.stdout)["audit"] == str(tmp_path / "out" / f"{NAME}.refused.audit")


def test_the_remains_of_a_crash_are_swept(spec: Path, tmp_path: Path) -> None:
    """Staging folders and an audit folder without a release, left by a crash, are gone after the next build."""
    out = tmp_path / "out"
    (out / ".tiny.stage-1/release/data").mkdir(parents=True)
    (out / ".tiny.stage-1/release/data/train-00000-of-00001.parquet").write_bytes(b"x")
    (out / f"{NAME}.audit").mkdir()
    (out / f"{NAME}.audit/foreign").write_bytes(b"x")
    release = corpuskit.build(spec, out)
    assert names(out) == WHOLE
    books = ["edits.parquet", "findings.jsonl", "ledger.parquet", "navigation.json", "rejects.parquet"]
    assert names(release.audit) == books


# --- what the system refuses ---


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A function that mounts a tmpfs with options; skips where that is not allowed."""
    mounted: list[Path] = []

    def mount_one(options: str) -> Path:
        folder = tmp_path / f"mount{len(mounted)}"
        folder.mkdir()
        program = shutil.which("mount")
        if os.geteuid() != 0 or program is None:
            pytest.skip("only root may mount")
        done = subprocess.run(
            [program, "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("this machine lets nobody mount")
        mounted.append(folder)
        return folder

    yield mount_one
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


def _incompressible(spec: Path) -> None:
    draw = random.Random(5)
    records = [
        article(n, text="".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(400))) for n in range(1500)
    ]
    (spec.parent / "a.jsonl").write_bytes(jsonl(records))


def test_a_full_disk_releases_nothing(spec: Path, tmp_path: Path, mount: Callable[[str], Path]) -> None:
    """Wherever the disk is full, the build exits 3, says so, and leaves nothing; with room enough it succeeds."""
    _incompressible(spec)
    codes = []
    for kilobytes in (8, 1000, 2500, 60_000):
        out = mount(f"size={kilobytes}k")
        done = run("build", spec, "--out", out)
        codes.append(done.returncode)
        if done.returncode:
            assert "o space left" in done.stderr
            assert "Traceback" not in done.stderr
            assert not (out / NAME).exists()
            assert [name for name in names(out) if "stage" in name] == []
        else:
            assert corpuskit.verify(out / NAME) == []
    assert set(codes[:2]) == {3}
    assert codes[-1] == 0


def test_a_full_disk_keeps_the_old_release(spec: Path, mount: Callable[[str], Path]) -> None:
    """A replacement for which there is no room leaves the old release as it was."""
    out = mount("size=1500k")
    old = corpuskit.build(spec, out)
    before = snapshot(out)
    _incompressible(spec)
    with pytest.raises(corpuskit.OutputError, match="o space left"):
        corpuskit.build(spec, out, replace=True)
    assert snapshot(out) == before
    assert corpuskit.verify(old.path) == []


def test_a_read_only_output_is_refused(spec: Path, mount: Callable[[str], Path]) -> None:
    """An output that cannot be written is exit 3 with its name, before any work."""
    out = mount("size=1m,ro")
    done = run("build", spec, "--out", out)
    assert (done.returncode, done.stdout) == (3, "")
    assert str(out) in done.stderr
    assert "Read-only" in done.stderr
    assert "checking records" not in done.stderr


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/none", "/dev/null/x"])
def test_an_output_that_is_no_folder_is_refused(spec: Path, tmp_path: Path, place: str) -> None:
    """A file in the way of the output is exit 3 with its name, and it stays as it was."""
    (tmp_path / "file").write_text("isi")
    done = run("build", spec, "--out", tmp_path / place)
    assert (done.returncode, done.stdout) == (3, "")
    assert place in done.stderr
    assert (tmp_path / "file").read_text() == "isi"


@pytest.mark.parametrize("size", [1000, 12_000])
def test_a_limit_on_file_size_releases_nothing(spec: Path, tmp_path: Path, size: int) -> None:
    """Where the system allows no larger files the build exits 3 and leaves nothing."""
    _incompressible(spec)
    done = run(
        "build", spec, "--out", tmp_path / "out",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip
    assert (done.returncode, "File too large" in done.stderr) == (3, True)
    assert names(tmp_path / "out") == [LOCK]


CALLS = [
    "fsync:error=EIO:when=1", "fsync:error=EIO:when=4", "fsync:error=EIO:when=9", "renameat2:error=EINVAL:when=1",
    "rename,renameat,renameat2:error=EACCES:when=1", "rename,renameat,renameat2:error=EACCES:when=2",
    "write,pwrite64:error=ENOSPC:when=20", "mkdir,mkdirat:error=ENOSPC:when=2",
]  # fmt: skip


@pytest.mark.parametrize("fault", CALLS)
def test_an_error_of_the_system_keeps_the_old_release(spec: Path, tmp_path: Path, fault: str) -> None:
    """When a write, an fsync, a rename or an exchange fails, the build exits 3 and the old release stands."""
    tracer, calls = shutil.which("strace"), fault.partition(":")[0]
    if tracer is None:
        pytest.skip("strace is not installed")
    old = corpuskit.build(spec, tmp_path / "out")
    (spec.parent / "a.jsonl").write_bytes(jsonl(map(article, range(100, 140))))
    done = subprocess.run(
        [tracer, "-f", "-qq", "-o", tmp_path / "calls", "-e", f"trace={calls}", "-e", f"inject={fault}",
         *command("build", spec, "--out", tmp_path / "out", "--replace")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if "ptrace" in done.stderr:
        pytest.skip("strace is not allowed here")
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr
    assert [name for name in names(tmp_path / "out") if "stage" in name] == []
    assert [f for f in corpuskit.verify(old.path, expect_root=old.root_digest) if f.file != ""] == []


# --- inputs that change ---

CHANGES: dict[str, Callable[[Path], Any]] = {
    "grew": lambda path: path.write_bytes(path.read_bytes() + b'{"text": "baru"}\n'),
    "shrank": lambda path: os.truncate(path, path.stat().st_size // 2),
    "was emptied": lambda path: path.write_bytes(b""),
    "has other bytes": lambda path: path.write_bytes(path.read_bytes().replace(b"Isi", b"isi")),
    "was replaced": lambda path: shutil.copy(path, path.with_name("x")) and path.with_name("x").rename(path),
    "is gone": Path.unlink,
    "is a folder now": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("moment", ["map", "index", "write"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_an_input_that_changes_stops_the_build(
    spec: Path, tmp_path: Path, change: Callable[[Path], Any], moment: str
) -> None:
    """An input that is not what it was when the build began is exit 3 with its name; nothing is released."""
    done: list[str] = []

    def meanwhile(phase: str, *_: int) -> None:
        if phase == moment and not done:
            done.append(phase)
            change(spec.parent / "a.jsonl")

    with pytest.raises(corpuskit.InputError, match=r"a\.jsonl") as changed:
        corpuskit.build(spec, tmp_path / "out", progress=meanwhile)
    assert changed.value.exit_code == 3
    assert names(tmp_path / "out") == [LOCK]


def test_a_big_input_that_is_gone_is_named(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """A file that is read in slices and vanishes is an input that cannot be read, not an output."""
    line = json.dumps(article(1, text="isi " * 250_000)).encode() + b"\n"
    spec = corpus({"a.jsonl": line * 70})

    def meanwhile(phase: str, *_: int) -> None:
        if phase == "map":
            (spec.parent / "a.jsonl").unlink(missing_ok=True)

    with pytest.raises(corpuskit.InputError, match=r"a\.jsonl"):
        corpuskit.build(spec, tmp_path / "out", progress=meanwhile)
    assert names(tmp_path / "out") == [LOCK]


def test_a_json_file_that_shrinks_while_it_is_read_is_no_crash(
    corpus: Callable[..., Path], tmp_path: Path
) -> None:
    """A container that is cut while its records are read ends the build with exit 3, not with a signal."""
    records = [article(n, text=f"Isi {n} " * 60) for n in range(40_000)]
    spec, out = corpus({"a.json": json.dumps(records).encode()}), tmp_path / "out"
    build = subprocess.Popen(
        command("build", spec, "--out", out), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while build.poll() is None and time.monotonic() < deadline:
        if any(path.stat().st_size > 4096 for path in out.glob(".tiny.stage-*/parts/*/rows.arrow")):
            os.truncate(spec.parent / "a.json", 1000)
            break
        time.sleep(0.002)
    _, said = build.communicate(timeout=60)
    assert (build.returncode, b"a.json" in said) == (3, True), said
    assert names(out) == [LOCK]
