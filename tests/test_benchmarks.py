"""The benchmarks run, print what they promise, and measure what they say."""

import os
import subprocess
import sys
from pathlib import Path

import faults
import pytest
import readers
import validate
from children import cores, run
from conftest import REPOSITORY
from inputs import array, ways, write_files


def _measured(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(REPOSITORY / "benchmarks" / "validate.py"), *options]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_validation_is_timed_beside_every_judge_and_verdicts_agree() -> None:
    """Each row is printed, with figures or why there are none, and judges agree on which lines are invalid."""
    done = _measured("--bytes", "1MB", "--side", "500KB", "--slice", "400KB", "--rounds", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    for row in [*validate.RACE, *validate.SIDES.values()]:
        title = row if isinstance(row, str) else row.title
        assert f"| {title} |" in done.stdout
    for row in validate.RACE:
        why = validate.absent(row)
        assert why is None or f"| {row.title} | {why} |" in done.stdout
    assert "Verdicts agree." in done.stdout
    assert "UNEXPLAINED" not in done.stdout
    assert "| memory of all processes, MiB | under 400 |" in done.stdout


def test_memory_is_that_of_all_processes_and_time_too() -> None:
    """A command is charged with the memory and the CPU seconds of the processes that it starts and waits for."""
    worker = "held = bytearray(60_000_000)\nimport time\nwhile time.process_time() < 0.4: pass\n"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {worker!r}])\n{worker}"
    spent = run([sys.executable, "-c", code], cores(1), memory=True)
    assert 60_000_000 < spent.pss < spent.rss
    assert spent.cpu > 0.8
    both = f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', {worker!r}])\n{worker}child.wait()"
    assert run([sys.executable, "-c", both], cores(1), memory=True).pss > 120_000_000


def test_tables_are_timed_beside_the_usual_readers() -> None:
    """Each reader reads all articles of each file."""
    command = [
        sys.executable,
        str(REPOSITORY / "benchmarks" / "readers.py"),
        "--articles",
        "50",
        "--rounds",
        "1",
    ]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    for title, _, _ in readers.RACE:
        assert f"| long | {title} | 50 |" in done.stdout
        assert f"| short | {title} | 200 |" in done.stdout


def test_a_difference_without_a_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A judge that must agree and does not makes the benchmark fail, however fast all were."""
    monkeypatch.setattr(validate, "PEERS", {"baseline": None})
    monkeypatch.setattr(validate, "REASONS", {})
    files = write_files(tmp_path, 10_000, 300_000, 300_000)
    assert "duplicate-key" in ways(files["judged"], files["ten"]).values()
    assert not validate.show_verdicts(files)
    assert "UNEXPLAINED: duplicate-key" in capsys.readouterr().out


def test_an_array_holds_the_lines_that_are_json(tmp_path: Path) -> None:
    """What is not JSON is left out, all else stands as it was written."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"a": 1.0}\n{"a": NaN}\n[2]\n')
    assert b"".join(array(file)) == b'[\n{"a": 1.0},\n[2]\n]\n'


def test_exit_codes_that_say_nothing_was_judged_end_the_benchmark() -> None:
    """A judge that fails is no fast judge."""
    with pytest.raises(SystemExit, match="exit code 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"], cores(1))
    with pytest.raises(SystemExit, match="exit code 1"):
        run([sys.executable, "-c", "raise ValueError('no')"], cores(1))


@pytest.mark.long
def test_killed_builds_are_repeated_to_the_byte(capsys: pytest.CaptureFixture[str]) -> None:
    """Real builds are killed in several phases; the next one uses what they finished and makes the same bytes."""
    assert faults.main(["--bytes", "35MB", "--files", "2", "--points", "3", "--shard", "4MB"]) == 0
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" |")[0].split()[1] for row in rows] == [phase for phase, _ in faults.chosen(3)]
    assert sum("had ended" not in row for row in rows) >= 2


@pytest.mark.long
def test_bytes_of_a_small_change_are_counted_in_three_ways() -> None:
    """A row a way; what `corpuskit publish` sends is what its plan says, and every way loads back whole."""
    command = [
        sys.executable,
        str(REPOSITORY / "benchmarks" / "publish.py"),
        "--bytes",
        "2MB",
        "--shard",
        "200kB",
    ]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    for way in ("corpuskit publish", "upload_folder", "push_to_hub"):
        assert f"| {way} | " in done.stdout
