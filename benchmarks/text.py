"""Times the reading of many small text files beside the loop that everybody writes, in CPU seconds, interleaved.

    python benchmarks/text.py --files 20000

Files of about 3 KB in the plain layout are made in a temporary folder. Printed are medians over the rounds, files a CPU
second, and the ratio to the loop: open as text, split at blank lines, `strptime`. `open, read, close` is what any
reader pays to the system.
"""

import argparse
import dataclasses
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from corpuskit.phases.learn import learn_repeats
from corpuskit.phases.map import map_part
from corpuskit.phases.plan import find_inputs, map_tasks
from corpuskit.readers import READERS, Piece
from corpuskit.release import map_context
from corpuskit.spec import load_spec

WORDS = [
    "pasar", "nelayan", "sungai", "jalan", "guru", "murid", "sawah", "pantai", "gunung", "hujan", "panen", "kereta",
    "jembatan", "musik", "buku", "perahu", "rumah", "warga", "desa", "kota", "pagi", "sore", "harga", "kabar", "cerita",
    "taman", "kebun", "ladang", "layar", "angin",
]  # fmt: skip
FOOTER = (
    "Kabar Terkait\nIndeks Berita\nTerpopuler\nTentang Kami Redaksi Kontak Pedoman\n\u00a9 2017 Harian Senja"
)
SPEC = """\
[corpus]
name = "speed"
version = "1.0.0"
license = "CC0-1.0"

[[source]]
name = "s"
files = ["txt/*.txt"]
license = "CC0-1.0"
language = "id"
timezone = "Asia/Jakarta"
"""


def write_files(folder: Path, files: int) -> None:
    """Write articles of about 3 KB, the same for the same number."""
    pick = random.Random(17)
    (folder / "txt").mkdir()
    for number in range(files):
        paragraphs = [" ".join(pick.choices(WORDS, k=44)).capitalize() + "." for _ in range(10)]
        body = "\n\n".join(paragraphs)
        text = f"Judul berita nomor {number}\n\n2017-12-{number % 28 + 1:02} 13:16:05\n\n{body}\n\n{FOOTER}\n"
        (folder / "txt" / f"{number:06}.txt").write_text(text, encoding="utf-8")


def floor(paths: Sequence[Path]) -> None:
    """Open, read, close: what the system asks of any reader."""
    for path in paths:
        file = os.open(path, os.O_RDONLY)
        os.read(file, 1 << 16)
        os.close(file)


def plain_loop(paths: Sequence[Path]) -> None:
    """The loop that everybody writes."""
    for path in paths:
        with path.open(encoding="utf-8") as file:
            text = file.read()
        _title, stamp, _body = text.split("\n\n", 2)
        datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - as everybody writes it


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time the reading of small text files.")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_files(folder, asked.files)
        (folder / "corpus.toml").write_text(SPEC, encoding="utf-8")
        spec = load_spec(folder / "corpus.toml")
        inputs = find_inputs(spec)
        context = map_context(spec)
        context = dataclasses.replace(context, repeats=learn_repeats(spec, inputs, context.schema))
        paths = [item.path for item in inputs]
        pieces = [Piece(item.path, item.name, identifier=item.identifier) for item in inputs]
        source, tasks = spec.sources[0], map_tasks(spec, inputs)

        def reader(_: Sequence[Path]) -> None:
            for piece in pieces:
                for _record in READERS["text"](piece, source, spec.limits):
                    pass

        def whole_map(_: Sequence[Path]) -> None:
            for number, task in enumerate(tasks):
                map_part(task, context, folder / "parts" / str(number), lambda _: None)
            shutil.rmtree(folder / "parts")

        cases = {"open, read, close": floor, "loop": plain_loop, "reader": reader, "map phase": whole_map}
        measure(cases, paths, asked.rounds)


def measure(cases: dict[str, Callable[[Sequence[Path]], None]], paths: Sequence[Path], rounds: int) -> None:
    """Run the cases in turn, each once without being counted, and print their medians."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, run in cases.items():
            started = time.process_time()
            run(paths)
            if turn:
                seconds[name].append(time.process_time() - started)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    print(
        f"{len(paths):,} files, {sum(p.stat().st_size for p in paths) / 1e6:.0f} MB, medians of {rounds} rounds"
    )
    for name, median in medians.items():
        each, rate, ratio = 1e6 * median / len(paths), len(paths) / median, medians["loop"] / median
        print(f"{name:<20}{each:>8.1f} us a file{rate:>12,.0f} files/CPU-s{ratio:>8.2f} of the loop")


if __name__ == "__main__":
    main()
