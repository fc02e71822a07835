"""Tells texts that show no damage from those that may, many at once; it never misses one that does.

Of a text without a byte that is unusual, `doubts` has nothing to say. Which bytes are unusual follows from the
patterns there: control characters, what begins a tag or an entity, and characters beyond ASCII that are invisible,
lost, or stand beside one another as they do where UTF-8 was read in another encoding.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

_DELETE = 0x7F
_PASSED = np.isin(np.arange(256), [0x09, 0x0A, 0x0D])  # tab, line feed, carriage return
# First bytes of the characters that are a byte from 0x80 to 0xBF in Windows-1252: in misread UTF-8 the second of a run.
_CONTINUES = np.isin(np.arange(256), [0xC2, 0xC5, 0xC6, 0xCB, 0xE2])
# First bytes of the characters that `doubts` takes for Windows-1251; so many in a row are a run.
_CYRILLIC = np.isin(np.arange(256), [0xC2, 0xD0, 0xD1, 0xD2, 0xE2])
_CYRILLIC_RUN = 6
_WIDTH = np.select([np.arange(256) >= 0xF0, np.arange(256) >= 0xE0], [4, 3], 2)


def suspects(texts: Sequence[bytes | None]) -> set[int]:
    """The indices of the texts, in UTF-8, of which `doubts` may have something to say."""
    joined = b"".join(filter(None, texts))
    if not joined:
        return set()
    data = np.frombuffer(joined + bytes(2), np.uint8)  # room for the characters that are looked ahead for
    places = _unusual(data[:-2])
    if not len(places):
        return set()
    places = places[_is_suspect(data, places)]
    ends = np.cumsum([len(text or b"") for text in texts])
    return set(np.searchsorted(ends, places, side="right").tolist())


def _unusual(data: Bytes) -> npt.NDArray[np.int64]:
    """The places of all bytes but printable ASCII, and of `&` and `<`."""
    outside = np.subtract(data, 0x20) >= _DELETE - 0x20  # below 0x20 it wraps around
    outside |= data == ord("&")
    outside |= data == ord("<")
    return np.flatnonzero(outside)


def _is_suspect(data: Bytes, places: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which of the unusual bytes may begin what is told of."""
    first, second, third = data[places], data[places + 1], data[places + 2]
    suspect = (first < 0x80) & ~_PASSED[first]
    suspect |= (first == 0xC2) & ((second < 0xA0) | (second == 0xAD))  # C1 controls, the soft hyphen
    # U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F
    invisible = (second == 0x80) & ((third >= 0x8B) & (third <= 0x8F) | (third >= 0xAA) & (third <= 0xAE))
    suspect |= (first == 0xE2) & (invisible | (second == 0x81) & (third >= 0xA0))
    suspect |= (first == 0xEF) & ((second == 0xBB) | (second == 0xBF))  # U+FEFF, U+FFFD
    suspect |= first == 0xF3  # tag characters
    leads = np.flatnonzero(first >= 0xC0)
    suspect[leads[_in_runs(places[leads], first[leads], second[leads])]] = True
    return suspect


def _in_runs(places: npt.NDArray[np.int64], leads: Bytes, seconds: Bytes) -> npt.NDArray[np.int64]:
    """The indices of the characters beyond ASCII that begin a run as misread UTF-8 is."""
    beside = np.diff(places) == _WIDTH[leads[:-1]]
    begins = (
        (leads == 0xC3) & (seconds >= 0x82) & (seconds <= 0xB4)
    )  # U+00C2 to U+00F4: the first byte of a character
    found = np.flatnonzero(beside & begins[:-1] & _CONTINUES[leads[1:]])
    cyrillic = _CYRILLIC[leads]
    steps = beside & cyrillic[:-1] & cyrillic[1:]
    long = _CYRILLIC_RUN - 1
    if len(steps) < long or not steps.any():
        return found
    run = np.lib.stride_tricks.sliding_window_view(steps, long).all(axis=1)
    return np.concatenate([found, np.flatnonzero(run)])
