"""`corpuskit serve`: its ready line, tokens, folders, signals."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpuskit.cli import root


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "corpuskit", "serve", *map(str, arguments)]


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(*arguments), capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def _serving(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        _command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def _get(url: str, token: str | None = None) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_one_ready_line_and_the_first_token(tmp_path: Path) -> None:
    """stdout holds one line with the URL; stderr what to set, with a token that works and is kept as a digest."""
    with _serving(tmp_path / "hub") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        line = running.stdout.readline()
        url = re.fullmatch(r"serving (http://127\.0\.0\.1:\d+)\n", line)[1]
        assert running.stderr.readline() == f"export HF_ENDPOINT={url} HF_HUB_DISABLE_XET=1\n"
        token = re.match(r"export HF_TOKEN=(\S+)", running.stderr.readline())[1]
        assert _get(f"{url}/api/whoami-v2", token) == 200
        assert _get(f"{url}/api/whoami-v2", token + "0") == 401
        running.send_signal(signal.SIGTERM)
        rest = running.communicate(timeout=30)
    assert running.returncode == 143
    assert rest == ("", "interrupted\n")
    kept = tmp_path / "hub" / "tokens.json"
    assert token not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "hub").stat().st_mode & 0o777 == 0o700


def test_ready_line_as_json(tmp_path: Path) -> None:
    """With --format json the line is an object with the URL and the token that was made, then null."""
    for expected in (str, type(None)):
        with _serving(tmp_path / "hub", "--format", "json") as running:
            assert running.stdout is not None
            ready = json.loads(running.stdout.readline())
            assert set(ready) == {"url", "token"}
            assert isinstance(ready["token"], expected)
            assert _get(ready["url"] + "/api/datasets") == 200
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=30) == 130


def test_tokens_come_and_go_while_the_hub_runs(tmp_path: Path) -> None:
    """--add-token prints a token once, --remove-token makes it worthless, both at once; names are checked."""
    folder = tmp_path / "hub"
    first = _run(folder, "--add-token", "ayu")
    assert first.returncode == 0
    assert re.fullmatch(r"ckhub_[0-9a-f]{64}\n", first.stdout)
    with _serving(folder, "--quiet") as running:
        assert running.stdout is not None
        url = running.stdout.readline().split()[1]
        assert _get(f"{url}/api/whoami-v2", first.stdout.strip()) == 200
        added = json.loads(_run(folder, "--add-token", "budi", "--scope", "read", "--format", "json").stdout)
        assert (added["name"], added["scope"]) == ("budi", "read")
        assert _get(f"{url}/api/whoami-v2", added["token"]) == 200
        assert _run(folder, "--remove-token", "budi").returncode == 0
        assert _get(f"{url}/api/whoami-v2", added["token"]) == 401
    for arguments in (("--add-token", "ayu"), ("--remove-token", "budi"), ("--add-token", "../x")):
        done = _run(folder, *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")


def test_quiet_without_a_token_nobody_writes(tmp_path: Path) -> None:
    """With --quiet no token is made, since it could not be shown, and stderr stays empty."""
    with _serving(tmp_path / "hub", "--quiet") as running:
        assert running.stdout is not None
        url = running.stdout.readline().split()[1]
        assert _get(f"{url}/api/datasets") == 200
        running.kill()
        assert running.communicate(timeout=30) == ("", "")
    assert not (tmp_path / "hub" / "tokens.json").exists()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """A folder that holds other things, or a hub of another version, is left as it is: exit 2."""
    (tmp_path / "thesis.tex").write_text("x")
    done = _run(tmp_path)
    assert done.returncode == 2
    assert "thesis.tex" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]
    other = tmp_path / "hub"
    other.mkdir()
    (other / "hub.json").write_text('{"corpuskit_hub": 2}')
    assert "another version" in _run(other).stderr
    (other / "hub.json").write_text("{")
    assert _run(other).returncode == 3


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    """A port in use, and a host that is not of this machine, are exit 3 with their names."""
    with _serving(tmp_path / "hub", "--quiet") as running:
        assert running.stdout is not None
        port = running.stdout.readline().rpartition(":")[2].strip()
        done = _run(tmp_path / "other", "--port", port)
        assert done.returncode == 3
        assert f"127.0.0.1:{port}" in done.stderr
    assert _run(tmp_path / "other", "--host", "host.invalid").returncode == 3


def test_a_host_that_others_reach_is_warned_about(tmp_path: Path) -> None:
    """Listening on every address is possible, and said to be what it is."""
    with _serving(tmp_path / "hub", "--host", "0.0.0.0") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith("serving http://0.0.0.0:")
        assert running.stderr.readline().startswith("warning: 0.0.0.0 is reached from other machines")


def test_without_the_extra_the_error_names_it(tmp_path: Path) -> None:
    """Where starlette is missing, the command says which extra brings it."""
    (tmp_path / "starlette").mkdir()
    (tmp_path / "starlette" / "__init__.py").write_text("raise ImportError(name='starlette')")
    done = subprocess.run(
        _command(tmp_path / "hub"), capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'corpuskit[serve]'" in done.stderr


def test_help_imports_nothing_heavy() -> None:
    """`corpuskit serve --help` needs neither starlette nor uvicorn."""
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom corpuskit.cli import root\n"
        "assert CliRunner().invoke(root, ['serve', '--help']).exit_code == 0\n"
        "assert not {'starlette', 'uvicorn', 'markdown_it', 'jinja2'} & {m.split('.')[0] for m in sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "serve" in root.commands


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_both_names_of_this_machine_are_answered(tmp_path: Path, name: str) -> None:
    """A hub on 127.0.0.1 answers to localhost, too."""
    with _serving(tmp_path / "hub", "--quiet") as running:
        assert running.stdout is not None
        port = running.stdout.readline().rpartition(":")[2].strip()
        assert _get(f"http://{name}:{port}/api/datasets") == 200
