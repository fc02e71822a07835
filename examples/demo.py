"""Builds the sample corpus, publishes it to a hub on this machine, and loads it from there: `make demo`."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

import corpuskit
from corpuskit import console

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-m", "corpuskit"]
REPO = "demo/contoh"
LOAD = """
import json, sys
from datasets import load_dataset
print(json.dumps(load_dataset(sys.argv[1], revision=sys.argv[2], split="test")[0], default=str))
"""


def main(out: Path) -> None:
    """Build examples/corpus.toml into a folder; print accounts, rejects, card, plan and a row as loaded back."""
    with console.build_progress(quiet=False) as progress:
        release = corpuskit.build(HERE / "corpus.toml", out, replace=True, progress=progress)
    console.show("The account of each source: in = kept + rejected + duplicate + removed")
    console.show_accounts(release.sources, release.accounts)
    rejects = pq.read_table(release.audit / "rejects.parquet").to_pylist()
    console.show(f"Three of {len(rejects)} rejects, each with its place and reason:")
    for reject in rejects[:: max(1, len(rejects) // 3)][:3]:
        place = reject["file"] + (f":{reject['line']}" if reject["line"] else "")
        console.show(f"  {console.inert(place)}: {reject['reason']}: {console.inert(reject['message'])}")
    findings = corpuskit.verify(release.path)
    console.show("", f"verify: {findings or 'whole and true'}")
    console.show(f"card:   {release.path / 'README.md'}", "")
    with hub(out / ".hub") as environment:
        console.show(f"A hub on this machine, {environment['HF_ENDPOINT']}, and the release published to it:")
        run([*COMMAND, "publish", str(release.path), f"hf://{REPO}"], environment)
        row = json.loads(run([sys.executable, "-c", LOAD, REPO, "v1.0.0"], environment, shown=False))
    console.show("", f'The first row of load_dataset("{REPO}", revision="v1.0.0", split="test"):')
    for name, value in row.items():
        console.show(f"  {name:<15} {console.inert(value)[:90]}")


@contextmanager
def hub(folder: Path) -> Iterator[dict[str, str]]:
    """`corpuskit serve` on a free port, over an empty folder; gives the environment that clients need."""
    shutil.rmtree(folder, ignore_errors=True)
    serve = [*COMMAND, "serve", str(folder / "hub"), "--format", "json"]
    quiet = subprocess.DEVNULL  # it says how to use it, which is what follows
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:  # noqa: S603 - our own
        try:
            ready = json.loads(process.stdout.readline() if process.stdout else "")
            yield {
                **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
                "HF_ENDPOINT": ready["url"], "HF_TOKEN": ready["token"], "HF_HOME": str(folder / "home"),
                "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "127.0.0.1",
            }  # fmt: skip
        finally:
            process.terminate()


def run(command: list[str], environment: Mapping[str, str], *, shown: bool = True) -> str:
    """What a command prints; ends the demo where it fails."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=None if shown else subprocess.DEVNULL,
        text=True, check=True,
    )  # fmt: skip
    if shown:
        console.show(*done.stdout.splitlines())
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo"))
