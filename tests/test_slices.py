"""Slices of big files: they cover every byte, hang on the bytes alone, and an edit moves few of them."""

import hashlib
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.phases import pins
from corpuskit.phases.slices import Slice, cut_lines

MOST = 4096


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    """Bytes as a reader gives them."""
    return (data[at : at + size] for at in range(0, len(data), size))


def lines(count: int, seed: int = 1) -> list[bytes]:
    """Lines of about 40 bytes, all of them different."""
    draw = random.Random(seed)
    return [b'{"id": %d, "n": "%s"}\n' % (n, b"x" * draw.randrange(40)) for n in range(count)]


def slices(data: bytes, size: int = 700) -> list[Slice]:
    """The slices of bytes, at most MOST of them and a line each."""
    return list(cut_lines(blocks(data, size), MOST))


@given(st.lists(st.binary(max_size=300), max_size=80), st.integers(1, 5000), st.sampled_from([16, 100, MOST]))
def test_slices_cover_the_file_and_hang_on_its_bytes_alone(parts: list[bytes], size: int, most: int) -> None:
    """Every byte is in one slice, each ends behind a line or with the file, however the file is read."""
    data = b"\n".join(parts)
    found = list(cut_lines(blocks(data, size), most))
    assert found == list(cut_lines([data] if data else [], most))
    assert [s.start for s in found] == [0, *(s.end for s in found[:-1])][: len(found)]
    assert (found[-1].end if found else 0) == len(data)
    for each in found:
        taken = data[each.start : each.end]
        assert each.sha256 == hashlib.sha256(taken).hexdigest()
        assert each.first_line == 1 + data.count(b"\n", 0, each.start)
        assert taken.endswith(b"\n") or each.end == len(data)


def test_a_slice_has_its_size() -> None:
    """At least a quarter of the most bytes, at most up to the line end behind them; the last may be short.

    Each line counts 128 bytes more than it has.
    """
    data = b"".join(lines(20_000))
    found = [s.end - s.start + 128 * data.count(b"\n", s.start, s.end) for s in slices(data)]
    assert len(found) > 200
    assert all(MOST // 4 <= size < MOST + 80 + 128 for size in found[:-1])
    # Few are as large as may be: their own lines end the others.
    assert sum(size >= MOST for size in found) < len(found) / 10


@pytest.mark.parametrize(
    "data", [b"", b"x" * 20_000, b"\n" * 20_000, b"x" * 9_000 + b"\n" + b"y" * 9_000 + b"\n"]
)
def test_files_of_odd_lines(data: bytes) -> None:
    """No line, one long line, empty lines, lines longer than a slice."""
    found = slices(data)
    assert b"".join(data[s.start : s.end] for s in found) == data
    assert all(s.start < s.end for s in found)


def digests(data: bytes) -> set[str]:
    """What identifies the slices of a file, wherever they lie in it."""
    return {s.sha256 for s in slices(data)}


def test_an_edit_changes_few_slices() -> None:
    """A line changed, removed or put in anywhere: most often one slice is another, and hardly ever more than three."""
    whole, draw = lines(4000), random.Random(7)
    before = digests(b"".join(whole))
    changed = []
    for at in [draw.randrange(4000) for _ in range(40)]:
        for new, rest in ([b'{"other": 1}\n'], at + 1), ([], at + 1), ([b'{"more": 1}\n'], at):
            changed += [len(digests(b"".join([*whole[:at], *new, *whole[rest:]])) - before)]
    assert sum(n <= 1 for n in changed) > len(changed) * 0.7
    assert sum(changed) < 2 * len(changed)
    assert max(changed) < 8


def test_what_is_put_before_a_file_moves_its_slices_and_changes_few() -> None:
    """After an insertion at the front the cuts soon fall behind the same lines as before."""
    whole = b"".join(lines(10_000))
    before = digests(whole)
    for count in (1, 10, 100, 300):
        more = b"".join(lines(count, seed=count))
        new = digests(more + whole) - before
        assert len(new) <= 2 * (len(more) + 128 * count) // MOST + 8
    assert len(before) > 150


def test_short_lines_are_no_more_than_a_slice_may_have() -> None:
    """However short lines are, a slice has no more of them than if each took 128 bytes more."""
    for data in (b"\n" * 5000, b"12\n" * 5000):
        found = slices(data)
        counts = [data.count(b"\n", each.start, each.end) for each in found]
        assert max(counts) <= MOST // 128 + 1
        assert sum(counts) == 5000


def test_what_is_appended_changes_the_last_slice_alone() -> None:
    """All slices but the last stay."""
    whole = b"".join(lines(5000))
    before = [s.sha256 for s in slices(whole)]
    after = [s.sha256 for s in slices(whole + b"".join(lines(100, seed=3)))]
    assert after[: len(before) - 1] == before[:-1]
    assert all(one.end == other.start for one, other in pairwise(slices(whole)))


@pytest.mark.parametrize("seed", range(4))
def test_what_the_cache_knows_of_a_file_changes_no_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Edited, cut short, grown, emptied: digests, cuts and line numbers are those of a file that is new, all told."""
    monkeypatch.setattr(pins, "_BLOCK", 1000)
    rnd, path = random.Random(seed), tmp_path / "a.jsonl"
    path.write_bytes(b"".join(line(rnd) for _ in range(2000)))
    for _ in range(20):
        data, told = path.read_bytes(), list[int]()
        found = pins.pin_sliced(path, 3000, told.append, tmp_path / "cache", path.name)
        assert found == pins.pin_sliced(path, 3000, told.append, None, path.name)
        assert (found.sha256, found.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
        assert sum(told) == 2 * len(data)
        for each in found.slices:
            assert each.sha256 == hashlib.sha256(data[each.start : each.end]).hexdigest()
            assert each.first_line == data[: each.start].count(b"\n") + 1
        at = rnd.randrange(len(data) + 1)
        path.write_bytes(
            rnd.choice(
                [
                    data + line(rnd),
                    data[:-1],
                    data + b"".join(line(rnd) for _ in range(200)),
                    data[:at] + b"x" + data[at:],
                    data[:at] + data[at + 100 :],
                    data[: len(data) * 9 // 10],
                    data,
                ]
            )
        )


def line(rnd: random.Random) -> bytes:
    """A line of up to 80 letters."""
    return bytes(rnd.choices(b"abc", k=rnd.randrange(80))) + b"\n"
