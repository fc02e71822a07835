"""Cuts: within bounds, decided by the rows, local under change."""

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from corpuskit.batches import cut_by_content, cut_evenly

ROWS = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 2**64 - 1)), max_size=200)


def _pieces(ends: list[int], sizes: list[int]) -> list[list[int]]:
    return [sizes[a:b] for a, b in zip([0, *ends], ends, strict=False)]


@given(ROWS)
def test_content_cuts_cover_and_stay_below_the_maximum(rows: list[tuple[int, int]]) -> None:
    """Pieces are not empty, cover all rows, and none is above the maximum but a single larger row."""
    sizes, marks = [r[0] for r in rows], [r[1] for r in rows]
    ends = cut_by_content(sizes, marks, 50)
    pieces = _pieces(ends, sizes)
    assert sum(pieces, []) == sizes
    assert all(piece and (sum(piece) <= 50 or len(piece) == 1) for piece in pieces)


def test_content_cuts_leave_no_small_piece() -> None:
    """Of rows much smaller than the maximum every piece reaches half of it, but for a row's breadth."""
    sizes = [7] * 5000
    marks = [int.from_bytes(hashlib.sha256(str(i).encode()).digest()[:8]) for i in range(5000)]
    assert all(490 <= sum(piece) <= 1000 for piece in _pieces(cut_by_content(sizes, marks, 1000), sizes))


def test_a_large_row_stands_alone() -> None:
    """A row above the maximum is a piece of its own, and its neighbours are not torn apart for it."""
    ends = cut_by_content([10, 10, 500, 10, 10], [3, 1, 4, 1, 5], 100)
    assert _pieces(ends, [10, 10, 500, 10, 10]) == [[10, 10], [500], [10, 10]]


def test_a_change_moves_few_cuts() -> None:
    """Removing, adding or resizing one row of 20,000 changes at most a few pieces."""
    draw = random.Random(3)
    rows = [
        (draw.randint(500, 6000), int.from_bytes(hashlib.sha256(str(i).encode()).digest()[:8]))
        for i in range(20_000)
    ]

    def pieces(changed: list[tuple[int, int]]) -> set[tuple[tuple[int, int], ...]]:
        ends = cut_by_content([r[0] for r in changed], [r[1] for r in changed], 1_000_000)
        return {tuple(changed[a:b]) for a, b in zip([0, *ends], ends, strict=False)}

    before = pieces(rows)
    assert len(before) > 60
    worst = 0
    for at in range(500, 20_000, 1500):
        for changed in (
            rows[:at] + rows[at + 1 :],
            rows[:at] + [(3000, 5)] + rows[at:],
            rows[:at] + [(9000, rows[at][1])] + rows[at + 1 :],
        ):
            worst = max(worst, len(pieces(changed) - before))
    assert worst <= 4


@given(st.lists(st.integers(1, 9), max_size=60), st.integers(1, 12))
def test_even_cuts_give_the_count(sizes: list[int], count: int) -> None:
    """As many pieces as asked for, or as there are rows, none empty."""
    ends = cut_evenly(sizes, count)
    assert len(ends) == min(count, len(sizes))
    assert sum(_pieces(ends, sizes), []) == sizes
    assert all(_pieces(ends, sizes))


def test_even_cuts_are_even() -> None:
    """Equal rows are divided equally."""
    assert cut_evenly([1] * 100, 4) == [25, 50, 75, 100]
