"""Writes the table of docs/hub.md: the calls of tests/hub_calls.py against a hub, and what came of them."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from corpuskit.testing import LocalHub

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "hub.md"
# As tests/hub_calls.py counts on.
PART_BYTES = 64 * 1024
_TABLE = re.compile(r"(?<=<!-- calls -->\n)(.*?)(?=<!-- /calls -->)", re.DOTALL)


def made_calls() -> list[list[str]]:
    """Client, call and outcome of every call, made by unmodified clients in a process of their own."""
    with LocalHub(part_bytes=PART_BYTES) as hub, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "tests" / "hub_calls.py"), folder]
        done = subprocess.run(command, env=hub.env(), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr)
    rows: list[list[str]] = json.loads(done.stdout)
    return rows


def page(rows: list[list[str]]) -> str:
    """docs/hub.md with these rows between its marks."""
    head = "\n| client | call | result |\n|---|---|---|\n"
    lines = (f"| {client} | {name} | {outcome} |" for client, name, outcome in rows)
    table = head + "\n".join(lines) + "\n\n"
    return _TABLE.sub(lambda _: table, PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(made_calls()), encoding="utf-8")
