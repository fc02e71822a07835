"""The command line: exit codes, data on stdout and talk on stderr, JSON as the contract says."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import article, jsonl

from corpuskit.cli import root

Corpus = Callable[..., Path]


def run(
    *arguments: str | Path, text: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "corpuskit", *map(str, arguments)],
        input=text.decode() if text is not None else None, capture_output=True, text=True,
        env={**os.environ, "COLUMNS": "100", **environment}, check=False,
    )  # fmt: skip


@pytest.fixture
def spec(corpus: Corpus) -> Path:
    """A corpus with one good, one bad and one doubtful record."""
    return corpus({"a.jsonl": jsonl([article(1), b"{bad", article(2, published="2020-01-01 10:00")])})


def test_build_verify_card_and_validate(spec: Path, tmp_path: Path) -> None:
    """The four commands on one corpus: exit codes and what stands on stdout."""
    built = run("build", spec, "--out", tmp_path / "out")
    assert built.returncode == 0, built.stderr
    assert "kept" in built.stdout
    assert "checking records" in built.stderr
    release = tmp_path / "out" / "tiny-1.0.0"
    assert str(release / "README.md") in built.stdout
    verified = run("verify", release)
    assert (verified.returncode, "whole and true" in verified.stdout) == (0, True)
    card = run("card", release)
    assert card.stdout == (release / "README.md").read_text()
    assert run("card", release, "--check").returncode == 0
    assert run("card", release, "--write").returncode == 0
    assert run("verify", release).returncode == 0
    validated = run("validate", spec)
    assert validated.returncode == 1
    assert "a.jsonl:2" in validated.stdout
    assert "missing-timezone" in validated.stdout
    assert 'timezone = "Asia/Jakarta"' in validated.stdout


def test_build_json(spec: Path, tmp_path: Path) -> None:
    """The JSON of a build has the contract's keys, and nothing else is on stdout."""
    built = run("build", spec, "--out", tmp_path / "out", "--format", "json")
    told = json.loads(built.stdout)
    assert told["accounts"] == {"in": 3, "kept": 2, "rejected": 1, "duplicate": 0, "removed": 0}
    assert {"release", "audit", "content_id", "root_digest", "splits", "seconds"} <= set(told)
    assert built.stderr == ""
    assert (
        tmp_path / "out" / "tiny-1.0.0" / "manifest.json.sha256"
    ).read_text() == f"{told['root_digest']}  manifest.json\n"


def test_build_shows_what_it_learned_and_speaks_of_licences_first(corpus: Corpus, tmp_path: Path) -> None:
    """With -v the navigation of each source is printed with share and samples; the first warning is the licence."""
    footer = "Kabar [bold]Terkait[/bold]\x1b[1m\nIndeks Berita\nTerpopuler"
    head = "Judul\n\n2017-12-19 10:00:00"
    files = {
        f"{i:02}.txt": f"{head}\n\nKalimat {chr(97 + i)} yang cukup panjang.\n\n{footer}\n".encode()
        for i in range(12)
    }
    spec = corpus(files)
    spec.write_text(spec.read_text().replace("CC-BY-4.0", "LicenseRef-unknown"))
    built = run("build", spec, "--out", tmp_path / "out", "-v")
    assert built.returncode == 0, built.stderr
    assert "one: 12 of 12 texts looked at end in repeated lines" in built.stdout
    assert "tail of 12 (100.0%), as in 00.txt, 01.txt, 02.txt:" in built.stdout
    assert "Kabar [bold]Terkait[/bold]\\u001b[1m" in built.stdout
    warnings = [line for line in built.stdout.splitlines() if line.startswith("warning")]
    assert "unknown-terms: Nobody has said under which licence" in warnings[0]
    assert "missing-timezone" in warnings[1]
    assert "12 of 12" not in run("build", spec, "--out", tmp_path / "quiet").stdout


def test_a_refused_build_exits_1_with_the_same_json(spec: Path, tmp_path: Path) -> None:
    """A budget that refuses gives exit 1, `release: null`, and the audit folder."""
    spec.write_text(spec.read_text().replace("max_loss = 1.0", "max_loss = 0.01"))
    built = run("build", spec, "--out", tmp_path / "out", "--format", "json")
    told = json.loads(built.stdout)
    assert (built.returncode, told["release"], told["accounts"]["rejected"]) == (1, None, 1)
    assert (Path(told["audit"]) / "rejects.parquet").is_file()
    assert "max_loss" in built.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("build", "gone.toml", "--out", "out"), 2, "no such file"),
        (("build",), 2, "--out"),
        (("bild",), 2, "No such command"),
        (("verify", "."), 2, "no release"),
        (("card", "."), 2, "no release"),
        (("validate", "gone.jsonl"), 2, "no such file"),
        (("validate",), 2, "PATH"),
        (("validate", "x.jsonl.gz"), 3, ""),
        (("card", ".", "--write", "--check"), 2, "exclude"),
    ],
)
def test_failures_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Every failure has its exit code and a sentence on stderr, and no traceback."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.jsonl.gz").write_bytes(b"\x1f\x8b\x08")
    failed = run(*arguments)
    assert failed.returncode == code
    assert words in failed.stderr
    assert "Traceback" not in failed.stdout + failed.stderr


def test_stdin_and_options_of_validate(tmp_path: Path) -> None:
    """`-` reads JSONL from stdin; findings are capped in print and never in count; formats can be off."""
    (tmp_path / "s.json").write_text('{"properties": {"d": {"type": "string", "format": "date"}}}')
    data = b'{"d": "2020-13-01"}\n' * 5
    told = json.loads(
        run(
            "validate",
            "-",
            "--schema",
            tmp_path / "s.json",
            "--format",
            "json",
            "--max-findings",
            "2",
            text=data,
        ).stdout
    )
    assert (len(told["findings"]), told["truncated"], told["summary"]["invalid"]) == (2, True, 5)
    assert told["findings"][0]["file"] == "-"
    assert run("validate", "-", "--schema", tmp_path / "s.json", "--no-formats", text=data).returncode == 0


def test_a_closed_pipe_is_no_error(spec: Path, tmp_path: Path) -> None:
    """A reader that goes away, as `head` does, ends the command without a traceback."""
    run("build", spec, "--out", tmp_path / "out")
    command = (
        f"{sys.executable} -m corpuskit card {tmp_path}/out/tiny-1.0.0 | head -1; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "---\n"
    assert "Traceback" not in done.stderr


def _commands() -> list[Any]:
    return [root, *root.commands.values()]


@pytest.mark.parametrize("command", _commands(), ids=lambda c: c.name)
def test_every_command_and_option_has_help(command: Any) -> None:
    """Each command has a help text, and each of its options too."""
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"{command.name} {parameter.opts}"


def test_version() -> None:
    """`--version` names the program and its version."""
    result = CliRunner().invoke(root, ["--version"])
    assert (result.exit_code, result.output.split()[0]) == (0, "corpuskit")


def test_progress_on_a_terminal(corpus: Corpus, tmp_path: Path) -> None:
    """On a terminal the build shows phases and records, and leaves the accounts behind."""
    import pty

    spec = corpus({f"{i}.jsonl": jsonl(article(n) for n in range(i * 500, i * 500 + 500)) for i in range(4)})
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "corpuskit", "build", str(spec), "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdout=follower, stderr=follower, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(follower)
        seen = b""
        started = time.monotonic()
        while time.monotonic() - started < 60:
            try:
                data = os.read(leader, 65536)
            except OSError:
                break
            if not data:
                break
            seen += data
        assert process.wait() == 0
    os.close(leader)
    assert b"checking records" in seen
    assert b"records" in seen
    assert b"2,000" in seen
    assert b"records/s" in seen
    assert b"peak memory" in seen


@pytest.mark.parametrize(
    "arguments", [("card",), ("card", "--check"), ("card", "--write"), ("verify",), ("trace", "x")]
)
def test_what_is_not_there_is_a_slip_of_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """A path that does not exist is exit code 2 with every command that takes a release, and is named as given."""
    done = run(arguments[0], str(tmp_path / "nothing"), *arguments[1:])
    assert (done.returncode, str(tmp_path / "nothing") in done.stderr) == (2, True), done.stderr
    foreign = tmp_path / "README.md"
    foreign.write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    if arguments[0] == "card" and "--check" not in arguments:
        done = run(arguments[0], str(foreign), *arguments[1:])
        assert (done.returncode, f"{foreign}: is no release" in done.stderr) == (2, True)
        assert foreign.read_text(encoding="utf-8") == "---\nlicense: mit\n---\n"
