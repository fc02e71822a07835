"""Findings as a person reads them: kind by kind, file by file, one line for one mistake however often it was made."""

import re
from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field

from corpuskit.findings import Finding
from corpuskit.kinds import Severity

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
# Keywords of which the message, and not the place, says what is wrong: which field is missing or too many.
_NAMING = frozenset({"required", "dependentRequired", "additionalProperties", "unevaluatedProperties"})
# What explains the others is told before them.
_FOREMOST = frozenset({"wrong-file-type", "other-versions", "other-origin"})
_INDEX = re.compile(r"/[0-9]+(?=/|$)")
# What differs between messages about the same mistake: what is quoted, and numbers.
_PARTICULARS = re.compile(r"0x[0-9a-f]+|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[0-9]+")
_MOST_PLACES = 3  # how many places of a mistake are kept
# How many files of a kind are shown, how many mistakes of a file, and how many that only stand elsewhere.
_MOST_FILES, _MOST_MISTAKES, _MOST_RARE = 5, 5, 3
_FEW = 3  # so many of a kind are told one by one: each has a value of its own


@dataclass(slots=True)
class Mistake:
    """The same thing wrong at the same place of records of one file: how often, and the first findings of it."""

    count: int = 0
    places: list[Finding] = field(default_factory=list)

    @property
    def first(self) -> Finding:
        """The first of them."""
        return self.places[0]


@dataclass(frozen=True, slots=True)
class InFile:
    """What is shown of a kind's findings in one file, and how many others there are."""

    file: str
    count: int
    mistakes: tuple[Mistake, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of finding: how many there are in how many files, and the files with most of them.

    `others` findings lie in files that are not shown; `rare` are mistakes that no file shows.
    """

    severity: Severity
    kind: str
    count: int
    files: int
    hint: str | None
    shown: tuple[InFile, ...]
    others: int
    rare: tuple[Mistake, ...]


_Files = dict[str, dict[Hashable, Mistake]]


def grouped(findings: Sequence[Finding], most: int) -> list[Group]:
    """The groups of findings, worst first, each with at most so many mistakes shown.

    Files with most findings come first, then those met first; of each the most frequent mistakes.
    """
    kinds: dict[tuple[int, str], _Files] = {}
    for each in findings:
        files = kinds.setdefault((_SEVERITIES.index(each.severity), each.kind), {})
        mistakes = files.setdefault(each.file, {})
        key = _mistake(each)
        mistake = mistakes.get(key)
        if mistake is None:
            mistake = mistakes[key] = Mistake()
        mistake.count += 1
        if len(mistake.places) < _MOST_PLACES:
            mistake.places.append(each)
    ranked = sorted(kinds, key=lambda each: (each[1] not in _FOREMOST, *each))
    return [_group(_SEVERITIES[rank], kind, kinds[rank, kind], most) for rank, kind in ranked]


def _mistake(finding: Finding) -> Hashable:
    """What findings about the same mistake have in common."""
    place = _INDEX.sub("/*", finding.pointer) if finding.pointer else finding.pointer
    if finding.keyword is None:
        return place, None, _PARTICULARS.sub("#", finding.message)
    told = finding.message if finding.keyword in _NAMING else None
    return place, finding.keyword, finding.schema_pointer, told


def _group(severity: Severity, kind: str, files: _Files, most: int) -> Group:
    counts = {file: sum(m.count for m in mistakes.values()) for file, mistakes in files.items()}
    if sum(counts.values()) <= _FEW:
        files = {file: _apart(mistakes.values()) for file, mistakes in files.items()}
    first = sorted(counts, key=lambda file: -counts[file])[: min(most, _MOST_FILES)]
    left, told = most, set[Hashable]()
    shown = []
    for number, file in enumerate(first, 1):
        # Every file has a line; what is left of them shows the further mistakes of the first files.
        lines = min(_MOST_MISTAKES, left - (len(first) - number))
        chosen = dict(sorted(files[file].items(), key=_frequency)[:lines])
        left, told = left - len(chosen), told | set(chosen)
        others = counts[file] - sum(mistake.count for mistake in chosen.values())
        shown.append(InFile(file, counts[file], tuple(chosen.values()), others))
    rare = _rare(files, told)[:_MOST_RARE] if most else []
    count = sum(counts.values())
    hint = next(mistake.first.hint for mistakes in files.values() for mistake in mistakes.values())
    others = count - sum(each.count for each in shown)
    return Group(severity, kind, count, len(files), hint, tuple(shown), others, tuple(rare))


def _apart(mistakes: Iterable[Mistake]) -> dict[Hashable, Mistake]:
    """Each finding of a few as a mistake of its own."""
    few = [place for mistake in mistakes for place in mistake.places]
    return {number: Mistake(1, [place]) for number, place in enumerate(few)}


def _frequency(item: tuple[Hashable, Mistake]) -> int:
    return -item[1].count


def _rare(files: _Files, told: Set[Hashable]) -> list[Mistake]:
    """The mistakes that are not told yet, over all files, the most frequent first."""
    rest: dict[Hashable, Mistake] = {}
    for mistakes in files.values():
        for key, mistake in mistakes.items():
            if key not in told:
                total = rest.setdefault(key, Mistake(0, mistake.places[:1]))
                total.count += mistake.count
    return [mistake for _, mistake in sorted(rest.items(), key=_frequency)]
