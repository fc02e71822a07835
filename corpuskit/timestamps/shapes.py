"""Short texts as tokens, each with a letter for what it is, so that patterns need not know words."""

import re
import unicodedata
from typing import NamedTuple

from corpuskit.timestamps.names import WORDS
from corpuskit.timestamps.zones import is_unknown_zone

# Marks that look alike in print and mean the same in a date.
_ALIKE = str.maketrans(
    {**dict.fromkeys("\t\u00a0\u2007\u2009\u202f", " "), **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
     **dict.fromkeys("\u00b7\u2022\u2027\u2219", "|"), **dict.fromkeys("\u2018\u2019`", "'")}
)  # fmt: skip
_BRACKET = re.compile(r"[()\[\]]")
_TOKEN = re.compile(r"[0-9]+| +|[^\W\d_]+(?:['.][^\W\d_]+)*|.", re.DOTALL)
_MARKS = frozenset(",|-/.:+")
_LENGTHS = {1: "1", 2: "2", 4: "4"}
# RFC 2822 puts the name of a zone behind its offset, JavaScript in several words.
_COMMENT = re.compile(r"([+-][0-9]{2}:?[0-9]{2}) ?\((?:[A-Za-z]+ )+[A-Za-z]+\)\Z")


class Shape(NamedTuple):
    """A text in tokens, and a letter for each of them.

    Numbers are 1, 2, 4 or 9 for one, two, four or any other number of digits; words have the letter of
    their kind in `names`, `u` where they may be a zone, else `!`; marks stand for themselves.
    """

    tokens: tuple[str, ...]
    letters: str

    def parts(self, match: re.Match[str], group: str) -> list[tuple[str, str]]:
        """Letter and token of all that a group of a pattern matched."""
        start, end = match.span(group)
        return list(zip(self.letters[start:end], self.tokens[start:end], strict=True))

    def text(self, match: re.Match[str], group: str) -> str:
        """What is printed where a group of a pattern matched."""
        start, end = match.span(group)
        return "".join(self.tokens[start:end])


def shape(text: str) -> Shape | None:
    """The shape of a text, with spaces for brackets; None where these are not in pairs."""
    text = _COMMENT.sub(r"\1", text.translate(_ALIKE))
    if brackets := _BRACKET.findall(text):
        if not _are_pairs(brackets):
            return None
        text = _BRACKET.sub(" ", text).strip()
    tokens = tuple(_TOKEN.findall(text))
    return Shape(tokens, "".join(map(_letter, tokens)))


def value(word: str) -> int:
    """Which of its kind a word is: the number of a month, the day after Monday, the half of a day."""
    return WORDS[_plain(word)].value


def _are_pairs(brackets: list[str]) -> bool:
    opened: list[str] = []
    for bracket in brackets:
        if bracket in "([":
            opened.append(bracket)
        elif not opened or opened.pop() + bracket not in {"()", "[]"}:
            return False
    return not opened


def _letter(token: str) -> str:
    first = token[0]
    if "0" <= first <= "9":
        return _LENGTHS.get(len(token), "9")
    if first == " ":
        return first
    if token in _MARKS:
        return token
    if meaning := WORDS.get(_plain(token)):
        return meaning.kind
    return "u" if is_unknown_zone(token) else "!"


def _plain(word: str) -> str:
    """A word as it stands in `names`: in small letters, without accents and stops."""
    word = word.lower().replace(".", "")
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
