"""Opens a release with every consumer, each in a process of its own that has no network and leaves nothing behind."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.consumers.table import CONSUMERS, Consumer
from corpuskit.consumers.views import View
from corpuskit.engines import threads_for
from corpuskit.findings import Finding, finding, shortened

# What would lead a library to the caches, tokens and servers of who runs this.
_FOREIGN = ("HF_", "HUGGING", "DUCKDB_", "POLARS_")
_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "PYTHONWARNINGS": "ignore",
}
OUTCOME = "outcome.json"
_LONGEST = 300


class _Question(NamedTuple):
    """A consumer that is to open a release."""

    name: str
    consumer: Consumer
    folder: Path


def consumer_findings(release: Path, manifest: Mapping[str, Any]) -> list[Finding]:
    """Whatever a consumer reads otherwise than it is, or cannot read; which ones are not installed is info.

    What they copy lies in temporary folders (`TMPDIR` says where), each as large as the configs of the release.
    """
    view = View(release, manifest)
    if not view.manifest["statistics"]["rows"]:
        return [finding("absent-consumer", "there are no rows that a consumer could be asked for")]
    found, questions = list[Finding](), list[_Question]()
    for name, consumer in CONSUMERS.items():
        if consumer.form not in view.forms():
            continue
        if absent := [package for package in consumer.packages if find_spec(package) is None]:
            message = f"{absent[0]} is not installed: {name} was not asked"
            found.append(finding("absent-consumer", message, file=release.name))
        else:
            questions.append(_Question(name, consumer, release))
    for answer in threads_for(len(questions))(_ask, questions, _silent):
        found += answer
    return found


def _silent(_: Any) -> None:
    pass


def _ask(question: _Question, _: Any) -> list[Finding]:
    """What the process of a consumer finds; its end before its time is a finding."""
    with tempfile.TemporaryDirectory(prefix="corpuskit-") as scratch:
        code = (
            f"import sys; sys.path[:] = {sys.path!r}\n"
            "from corpuskit.consumers.child import main\n"
            f"main({question.name!r}, {str(question.folder)!r}, {scratch!r})"
        )
        own = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
        homes = {"HOME": scratch, "HF_HOME": f"{scratch}/hf", "TMPDIR": scratch}
        done = subprocess.run(  # noqa: S603 - this interpreter, and code that stands here
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=scratch,
            env=own | _ENVIRONMENT | homes | dict(question.consumer.environment),
            check=False,
        )
        if done.returncode == 0:
            return list(_told(Path(scratch, OUTCOME)))
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        message = (
            f"{question.name} ended its process with code {done.returncode}: {shortened(lines[-1], _LONGEST)}"
        )
        return [finding("other-reading", message, file=question.folder.name)]


def _told(outcome: Path) -> Iterator[Finding]:
    for said in json.loads(outcome.read_bytes()):
        yield Finding(**said)
