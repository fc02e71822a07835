"""Where to cut a sequence of rows: by content, so that a change stays local, or evenly into a fixed count."""

import numpy as np
import numpy.typing as npt

Sums = npt.NDArray[np.int64]
Marks = npt.NDArray[np.uint64]


def cut_by_content(sizes: npt.ArrayLike, marks: npt.ArrayLike, max_bytes: int) -> list[int]:
    """Ends of pieces of at most `max_bytes` (a single larger row stands alone), placed by the rows themselves.

    `sizes` are bytes and `marks` 64 bits of each row's id digest. While a piece is too large it is cut
    behind its row of smallest mark that leaves half the maximum on either side. A cut therefore hangs on no
    cut before it: adding, removing or changing a row moves the cuts around that row and no others.
    """
    rows = len(np.asarray(sizes))
    sums: Sums = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(sizes, dtype=np.int64, out=sums[1:])
    numbers: Marks = np.asarray(marks, dtype=np.uint64)
    ends: list[int] = []
    pieces = [(0, rows)] if rows else []
    while pieces:
        first, last = pieces.pop()
        if last - first == 1 or sums[last] - sums[first] <= max_bytes:
            ends.append(last)
            continue
        cut = _cut(sums, numbers, first, last, max_bytes // 2)
        pieces += [(cut, last), (first, cut)]
    return ends


def _cut(sums: Sums, marks: Marks, first: int, last: int, least: int) -> int:
    """Where to cut the rows from `first` to `last`: behind one of them, never at either end."""
    low = int(np.searchsorted(sums, sums[first] + least, side="left"))
    high = int(np.searchsorted(sums, sums[last] - least, side="right")) - 1
    low, high = max(low, first + 1), min(high, last - 1)
    if low > high:
        # A row so large that no cut leaves enough on both sides: as near to the middle as can be.
        middle = int(np.searchsorted(sums, (sums[first] + sums[last]) // 2))
        return min(max(middle, first + 1), last - 1)
    return low + int(np.argmin(marks[low - 1 : high]))


def cut_evenly(sizes: npt.ArrayLike, count: int) -> list[int]:
    """Ends of `count` pieces of about equal bytes; fewer where there are fewer rows, none of them empty."""
    sums: list[int] = np.cumsum(np.asarray(sizes, dtype=np.int64)).tolist()
    rows = len(sums)
    if not rows:
        return []
    pieces = min(count, rows)
    ends: list[int] = []
    at = 0
    for piece in range(1, pieces):
        latest = rows - (pieces - piece)
        at += 1
        while at < latest and sums[at - 1] * pieces < sums[-1] * piece:
            at += 1
        ends.append(at)
    return [*ends, rows]
