"""Small SVG charts from labels and numbers: the same bytes everywhere, nothing in them loads or runs.

Each has its own ground and colours for light and dark, as hubs show it by `<img>` on a page of either.
"""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from corpuskit.card.markdown import number, visible

WIDTH = 720
_RIGHT, _TOP, _ROW, _LINE = 570, 66, 24, 16
# Labels of bars take this much of the width at most.
_LABEL = 290
_PLOT_LEFT, _PLOT_RIGHT, _PLOT_HEIGHT = 64, 700, 150
# Between two labels below the columns there are at least so many pixels from start to start.
_LABEL_STEP = 58
_STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1d2430}"
    ".h{font-size:15px;font-weight:600}.q{fill:#5c6675;font-size:12px}"
    ".p{fill:#fff;stroke:#dfe3e8}.g{stroke:#e6e9ee}.a{stroke:#98a2b0}"
    ".b{fill:#2f6fb0}.l{fill:#c4682a}.o{fill:#8793a3}"
    "@media(prefers-color-scheme:dark){text{fill:#e4e8ee}.q{fill:#a3afbd}.p{fill:#14181f;stroke:#333c48}"
    ".g{stroke:#29313b}.a{stroke:#6b7786}.b{fill:#6aaaf0}.l{fill:#ec9a5b}.o{fill:#7d8a9a}}"
)


class Bar(NamedTuple):
    """A row of a bar chart: `start` and `size` in the unit of all, `said` beside it, `kind` its colour.

    Kinds: `b` what is there, `l` what was lost, `o` the whole. A row without size is words alone.
    """

    label: str
    size: int
    said: str
    kind: str = "b"
    start: int = 0


def short(value: int) -> str:
    """A number for an axis, with three digits at most: 999, 1.2k, 34k, 5M, 1.5B, 10T."""
    if value < 1000:
        return str(value)
    # Whole numbers alone, so that no platform rounds otherwise.
    for power, unit in ((3, "k"), (6, "M"), (9, "B"), (12, "T")):
        tenths = (value * 10 + 10**power // 2) // 10**power
        if tenths < 100:
            return f"{tenths // 10}.{tenths % 10}{unit}".replace(".0", "")
        whole = (value + 10**power // 2) // 10**power
        if whole < 1000:
            return f"{whole}{unit}"
    return f"{value // 10**12:,}T"


def percent(part: int, whole: int) -> str:
    """A share in per cent, with one decimal; `<0.1 %` for less that is not nothing. The space does not break."""
    tenths = (2000 * part + whole) // (2 * whole) if whole else 0
    if part and whole and not tenths:
        said = "<0.1"
    elif tenths == 1000 and part < whole:
        said = ">99.9"
    else:
        said = f"{tenths // 10}.{tenths % 10}".removesuffix(".0")
    return f"{said}\N{NO-BREAK SPACE}%"


def bars(heading: str, note: str, rows: Sequence[Bar], told: str) -> str:
    """A chart of horizontal bars, longest possible when a row is as long as the farthest end of any."""
    farthest = max((row.start + row.size for row in rows), default=0) or 1
    labels = [wrapped(row.label, _LABEL) for row in rows]
    left = 26 + max((_width(line) for label in labels for line in label), default=0) // 100
    body, y = [], _TOP
    for row, label in zip(rows, labels, strict=True):
        x = left + _scaled(row.start, farthest, _RIGHT - left)
        long = _scaled(row.size, farthest, _RIGHT - left)
        long = max(long, 1.0) if row.size else 0.0
        body += [
            _text(left - 10, y + 15 + number * _LINE, line, 'text-anchor="end"')
            for number, line in enumerate(label)
        ]
        if row.size:
            body.append(
                f'<rect class="{row.kind}" x="{x:.1f}" y="{y + 3}" width="{long:.1f}" height="16" rx="1"/>'
            )
        body.append(_text(f"{x + long + 8:.1f}", y + 15, row.said, 'class="q"'))
        y += _ROW + (len(label) - 1) * _LINE
    return _svg(y + 12, heading, note, told, body)


def columns(heading: str, note: str, bins: Sequence[tuple[str, int]], told: str) -> str:
    """A chart of vertical bars, with lines at round numbers."""
    most = max((size for _, size in bins), default=0) or 1
    step = _round_step(most)
    top = -(-most // step) * step
    floor = _TOP + _PLOT_HEIGHT
    body = []
    for line in range(0, top + 1, step):
        y = floor - _scaled(line, top, _PLOT_HEIGHT)
        kind = "a" if line == 0 else "g"
        body.append(f'<path class="{kind}" d="M{_PLOT_LEFT} {y:.1f}H{_PLOT_RIGHT}"/>')
        body.append(_text(_PLOT_LEFT - 8, f"{y + 4:.1f}", short(line), 'class="q" text-anchor="end"'))
    wide = (_PLOT_RIGHT - _PLOT_LEFT) / len(bins)
    every = max(1, -int(-_LABEL_STEP // wide))
    for index, (label, size) in enumerate(bins):
        long = _scaled(size, top, _PLOT_HEIGHT)
        long = max(long, 1.0) if size else 0.0
        x, thick = _PLOT_LEFT + (index + 0.12) * wide, min(0.76 * wide, 90.0)
        x += (0.76 * wide - thick) / 2
        if size:
            body.append(
                f'<rect class="b" x="{x:.1f}" y="{floor - long:.1f}" width="{thick:.1f}" height="{long:.1f}"/>'
            )
        if index % every == 0:
            middle = f"{_PLOT_LEFT + (index + 0.5) * wide:.1f}"
            body.append(_text(middle, floor + 18, label, 'class="q" text-anchor="middle"'))
    return _svg(floor + 34, heading, note, told, body)


def others(counts: Iterable[tuple[str, int]], most: int) -> tuple[list[tuple[str, int]], int, int]:
    """The largest of some counts, how many names are left out, and their sum; those of one count as they come.

    With what tells of those left out there are at most `most`.
    """
    ordered = sorted(counts, key=lambda item: -item[1])
    left = ordered[most - 1 :] if len(ordered) > most else []
    return ordered[: len(ordered) - len(left)], len(left), sum(size for _, size in left)


def wrapped(text: str, pixels: int) -> list[str]:
    """A text in one line or two, parted between words; what does not fit into the second is left out."""
    text = visible(text)
    first = ""
    for word in text.split(" "):
        longer = f"{first} {word}" if first else word
        if _width(longer) > pixels * 100:
            break
        first = longer
    rest = text[len(first) :].strip()
    return [each for each in (first, clipped(rest, pixels)) if each] or [""]


def _width(text: str) -> int:
    return sum(map(_hundredths, text))


def clipped(text: str, pixels: int) -> str:
    """As much of a text as surely fits, with an ellipsis where something is left out."""
    text = visible(text)
    room = pixels * 100
    if _width(text) <= room:
        return text
    room -= _hundredths("…")
    kept = []
    for character in text:
        room -= _hundredths(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + "…"


def _hundredths(character: str) -> int:
    """The width of a character of 13 pixels at most, in hundredths of a pixel: fonts differ, so it is generous."""
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF" or ord(character) > 0x2E7F:
        return 1400
    if character in "iljtfrI.,:;'|()[]!- ":
        return 560
    return 1300 if character in "mwMW@%…—" else 1050 if character.isupper() else 840


def _round_step(most: int) -> int:
    """A step of 1, 2 or 5 times a power of ten that reaches the highest bar in two to five steps."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * 4 >= most:
                return step
        power *= 10


def _scaled(value: int, whole: int, pixels: int) -> float:
    # Tenths of a pixel in whole numbers: the quotient of two large floats may differ in its last digit.
    return (value * pixels * 10 // whole) / 10


def _text(x: float | str, y: float | str, text: str, more: str) -> str:
    return f'<text x="{x}" y="{y}" {more}>{_inert(text)}</text>'


def _inert(text: str) -> str:
    """A value as XML shows it; characters that XML cannot hold are replaced."""
    return html.escape(visible(text)).translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD})


def _svg(height: float, heading: str, note: str, told: str, body: Iterable[str]) -> str:
    shapes = "\n".join(body)
    first = _text(16, 27, heading, 'class="h"')
    second = _text(16, 47, clipped(note, WIDTH - 32), 'class="q"')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="t d">\n'
        f'<title id="t">{_inert(heading)}</title>\n<desc id="d">{_inert(told)}</desc>\n<style>{_STYLE}</style>\n'
        f'<rect class="p" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="6"/>\n'
        f"{first}\n{second}\n{shapes}\n</svg>\n"
    )


def counted(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"
