"""Where to cut a stream of rows: by content, so that a change stays local, or evenly into a fixed count."""

from collections.abc import Sequence
from itertools import accumulate

_SCALE = 2**64


def cut_by_content(sizes: Sequence[int], marks: Sequence[int], max_bytes: int) -> list[int]:
    """Ends of pieces of at most `max_bytes` (a single larger row stands alone), placed by the rows themselves.

    `sizes` are bytes and `marks` 64 bits of each row's id digest. A piece ends at the first row past half
    the maximum whose mark is below its share: a row of b bytes is an end with probability b / (max / 8),
    whatever the sizes are, so a piece seldom reaches the hard maximum and a change moves few ends.
    """
    ends: list[int] = []
    filled = 0
    for index, (size, mark) in enumerate(zip(sizes, marks, strict=True)):
        if filled and filled + size > max_bytes:
            ends.append(index)
            filled = 0
        filled += size
        if filled >= max_bytes // 2 and mark * max_bytes < _SCALE * size * 8:
            ends.append(index + 1)
            filled = 0
    if filled or (sizes and not ends):
        ends.append(len(sizes))
    return ends


def cut_evenly(sizes: Sequence[int], count: int) -> list[int]:
    """Ends of `count` pieces of about equal bytes; fewer where there are fewer rows, none of them empty."""
    if not sizes:
        return []
    sums = list(accumulate(sizes))
    pieces = min(count, len(sizes))
    ends: list[int] = []
    at = 0
    for piece in range(1, pieces):
        latest = len(sizes) - (pieces - piece)
        at += 1
        while at < latest and sums[at - 1] * pieces < sums[-1] * piece:
            at += 1
        ends.append(at)
    return [*ends, len(sizes)]
