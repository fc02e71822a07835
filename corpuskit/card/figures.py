"""The figures of a card, each from the manifest's numbers, with what it tells in words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from corpuskit.card.drawing import Bar, bars, clipped, columns, counted, others, percent, short
from corpuskit.card.facts import Loss, losses
from corpuskit.card.markdown import number
from corpuskit.languages import language_name

# So many rows are drawn: the names with most articles and, where there are more, one that tells the sum of the others.
_MOST_BARS = 12
_MOST_REASONS = 9
_MOST_MONTHS, _MOST_PERIODS = 36, 60
_PERIODS = (1, 2, 5, 10, 20, 50, 100, 200)
_MONTH = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


class Figure(NamedTuple):
    """A picture of a card: its file is figures/<name>.svg; `alt` says what it shows."""

    name: str
    alt: str
    svg: str


def figures(manifest: Mapping[str, Any]) -> dict[str, Figure]:
    """The figures that this release has something to show in, by name."""
    makers = (_time, _languages, _lengths, _sources, _waterfall)
    return {figure.name: figure for make in makers for figure in make(manifest)}


def render_figures(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The SVG of each figure, by its path in the release."""
    return {f"figures/{figure.name}.svg": figure.svg for figure in figures(manifest).values()}


def _time(manifest: Mapping[str, Any]) -> Iterator[Figure]:
    """Articles by month, year, or some years together."""
    statistics = manifest["statistics"]
    step, bins = _periods(statistics["months"])
    if len(bins) < 2:
        return
    dated = sum(size for _, size in bins)
    undated = statistics["rows"] - dated
    most = max(bins, key=lambda each: each[1])
    without = f"; {counted(undated, 'article')} without a date not shown" if undated else ""
    heading = f"Articles by {('month', 'year')[step] if step < 2 else f'spans of {step} years'}"
    years = sorted(statistics["years"])
    first, last = (years[0], years[-1]) if step > 1 else (bins[0][0], bins[-1][0])
    span = f"{most[0]} to {int(most[0]) + step - 1:04d}" if step > 1 else most[0]
    told = f"{heading}, {first} to {last}: most in {span}, "
    told += f"{number(most[1])} of {number(dated)}{without}."
    note = f"{counted(dated, 'article')} with a date{without}"
    yield Figure("time", told, columns(heading, note, bins, told))


def _periods(months: Mapping[str, int]) -> tuple[int, list[tuple[str, int]]]:
    """The years of each span of time, 0 for months, and the articles in each; spans without any are among them."""
    dates = [(match[1], match[2], n) for month, n in months.items() if (match := _MONTH.fullmatch(month))]
    if not dates:
        return 1, []
    if all(month for _, month, _ in dates):
        by_month: dict[int, int] = {}
        for year, month, n in dates:
            by_month[int(year) * 12 + int(month) - 1] = n
        first, last = min(by_month), max(by_month)
        if last - first < _MOST_MONTHS:
            named = ((f"{at // 12:04d}-{at % 12 + 1:02d}", at) for at in range(first, last + 1))
            return 0, [(name, by_month.get(at, 0)) for name, at in named]
    years = [int(year) for year, _, _ in dates]
    step = next(s for s in _PERIODS if max(years) // s - min(years) // s < _MOST_PERIODS)
    sums = dict.fromkeys(range(min(years) // step, max(years) // step + 1), 0)
    for year, (_, _, n) in zip(years, dates, strict=True):
        sums[year // step] += n
    return step, [(f"{at * step:04d}", n) for at, n in sums.items()]


def _languages(manifest: Mapping[str, Any]) -> Iterator[Figure]:
    counts = manifest["statistics"]["languages"]
    named = {f"{language_name(tag)} ({tag})": n for tag, n in sorted(counts.items())}
    yield from _named("languages", "Articles by language", named, "language")


def _sources(manifest: Mapping[str, Any]) -> Iterator[Figure]:
    counts = manifest["statistics"]["sources"]
    named = {source["name"]: counts.get(source["name"], 0) for source in manifest["sources"]}
    yield from _named("sources", "Articles by source", named, "source")


def _named(name: str, heading: str, counts: Mapping[str, int], noun: str) -> Iterator[Figure]:
    """A bar for each of the names with most articles."""
    total = sum(counts.values())
    if len(counts) < 2 or not total:
        return
    shown, left, rest = others(counts.items(), _MOST_BARS)
    rows = [Bar(label, n, _share(n, total)) for label, n in shown]
    if left:
        # No bar: that of very many small ones would be the longest of all.
        rows.append(Bar(counted(left, f"other {noun}"), 0, _share(rest, total)))
    first = ", ".join(f"{clipped(label, 240)} {percent(n, total)}" for label, n in shown[:3])
    told = f"{heading}, {counted(len(counts), noun)}: {first}{' and others' if len(counts) > 3 else ''}."
    note = f"{counted(total, 'article')} in {counted(len(counts), noun)}"
    yield Figure(name, told, bars(heading, note, rows, told))


def _share(part: int, whole: int) -> str:
    return f"{number(part) if part < 10**6 else short(part)} ({percent(part, whole)})"


def _lengths(manifest: Mapping[str, Any]) -> Iterator[Figure]:
    """Articles by powers of two of their number of characters."""
    statistics = manifest["statistics"]
    found = dict(statistics["length_histogram"])
    if statistics["rows"] < 2 or not found:
        return
    lengths = statistics["length_chars"]
    low, steps = max(min(found), 1), []
    while low <= max(found):
        steps.append(low)
        low *= 2
    bins = [(short(low), found.get(low, 0)) for low in ([0] if 0 in found else []) + steps]
    heading = "Articles by length"
    note = f"from so many characters to fewer than twice as many; the median is {number(lengths['p50'])}"
    told = (
        f"{heading} in characters: from {number(lengths['min'])} to {number(lengths['max'])}, "
        f"half of them have {number(lengths['p50'])} or fewer."
    )
    yield Figure("lengths", told, columns(heading, note, bins, told))


def _waterfall(manifest: Mapping[str, Any]) -> Iterator[Figure]:
    """From input records to published articles, each loss where it was made."""
    account = manifest["accounts"]["total"]
    records, kept = account["in"], account["kept"]
    lost = losses(manifest)
    if not lost:
        return
    shown = lost if len(lost) <= _MOST_REASONS else lost[: _MOST_REASONS - 1]
    rows, left = (
        [Bar("Input records", records, number(records) if records < 10**6 else short(records), "o")],
        records,
    )
    for loss in _together(shown, lost[len(shown) :]):
        left -= loss.records
        rows.append(
            Bar(loss.title, loss.records, f"\N{MINUS SIGN}{_share(loss.records, records)}", "l", max(left, 0))
        )
    rows.append(Bar("Articles", kept, _share(kept, records)))
    heading = "From input records to articles"
    first = ", ".join(f"{loss.title.lower()} {number(loss.records)}" for loss in lost[:3])
    told = (
        f"{heading}: of {counted(records, 'record')}, {number(kept)} became articles ({percent(kept, records)}); "
        f"lost most to: {first}."
    )
    note = f"{counted(records, 'record')}; each has one fate"
    yield Figure("waterfall", told, bars(heading, note, rows, told))


def _together(shown: list[Loss], rest: list[Loss]) -> list[Loss]:
    """Losses to be drawn, the last for all that are left out."""
    if not rest:
        return shown
    return [
        *shown,
        Loss("", None, f"{len(rest)} other reasons", sum(each.records for each in rest), None),
    ]
