"""Which short lines print a date or a time, be it one with a certain reading or not."""

import re
from datetime import UTC

from corpuskit.timestamps.iso import read_iso, read_since_1970
from corpuskit.timestamps.printed import read_printed
from corpuskit.timestamps.shapes import Shape, shape
from corpuskit.timestamps.stamps import UNREADABLE

_LONGEST = 64
_YEAR_ONLY = re.compile(r"\d{4}", re.ASCII)
_CLOCK = re.compile(r"(?<![1249][:.])[12]:2(?::2)?(?![:.]?[1249])")
_DATE = re.compile(
    r"(?<![1249][-/.])(?:4([-/.])[12]\1[12]|[12]([-/.])[12]\2[124])(?!\.|[-/][1249])"  # 2017-13-45, 4/10/2017, 19.12.17
    r"|[12]s?(?:\.? ?,? ?|[/-])m(?:\.? ?,? ?|[/-])[24]"  # 31 Februari 2017
    r"|m(?:\.? ?,? ?|[/-])[12]s?,? 4"
)
# A clock written with a dot is one behind a date only.
_DOTTED = re.compile(r" ?[,|-]? ?a?\.? ?[12]\.2(?:\.2)?(?: ?[zu])?")
# A month in a language that we do not know, or misspelt: no more than that may be on the line.
_STRANGE = re.compile(
    r"(?:w(?: [!uw])?,? |[!u](?: [!u])?, )?[12]s? [!um]\.?,? (4)(?: ?[,|-]? ?(?:[a!uo]\.? ?){0,3}:? ?[12][:.]2.*)?"
)
# The day of the week and of the month, without a year.
_DAY = re.compile(r"(?:l ?:? ?)?w\.? ?[,|/-]? ?[12](?:/[12]| ?m)(?:[ ,|-].*)?")


def looks_like_stamp(line: str) -> bool:
    """Whether a line is short and prints a date or a time, perhaps one that has no certain reading.

    A source's name, a place or an author may stand beside it, set apart by a mark. A sentence or a title
    in which a date is mentioned is no stamp, nor is a year alone.
    """
    line = line.strip()
    if not 4 <= len(line) <= _LONGEST or _YEAR_ONLY.fullmatch(line) or not re.search("[0-9]", line):
        return False
    if any(read(line, UTC) not in {None, UNREADABLE} for read in (read_iso, read_since_1970, read_printed)):
        return True
    found = shape(line)
    if found is None or (line[-1] in ".?!\u2026" and not found.letters.endswith("h.")):
        return False
    letters = found.letters
    if match := _STRANGE.fullmatch(letters):
        return found.tokens[match.start(1)][:2] in {"19", "20"}
    return ("!" not in letters and _DAY.fullmatch(letters) is not None) or _has_stamp(found)


def _has_stamp(found: Shape) -> bool:
    """Whether the line has a date or a clock and little else: next to it only marks and the words of dates."""
    letters = found.letters
    date = next((match for match in _DATE.finditer(letters) if _is_plausible(found, match)), None)
    clock = _CLOCK.search(letters)
    strange = sum(letters.count(letter) for letter in "!u")
    if date and clock:
        return strange <= 4
    if date and _DOTTED.fullmatch(letters, date.end()):
        return True
    match = date or clock
    if match is None or strange > 3:
        return False
    before, after = letters[: match.start()].rstrip(" "), letters[match.end() :].lstrip(" ")
    # A clock may have the letters of a zone behind it.
    return before[-1:] not in set("!u1249") and after[:1] not in set("!1249" if clock else "!u1249")


def _is_plausible(found: Shape, match: re.Match[str]) -> bool:
    """Whether three numbers can be a date: 21-19-21 is a result, 1.2.3 a version."""
    letters, tokens = match[0], found.tokens[match.start() : match.end()]
    if "4" in letters or "m" in letters:
        return True
    day, month = sorted((int(tokens[0]), int(tokens[2])), reverse=True)
    return letters[-1] == "2" and 0 < month <= 12 and day <= 31
