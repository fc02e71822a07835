"""The language of texts by the commonest words of languages and by scripts, with the evidence."""

import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from corpuskit.languages import language_name
from corpuskit.proposal.function_words import FUNCTION_WORDS, SCRIPTS
from corpuskit.proposal.guesses import Guess

_FIRST_CHARS = 4000
# Fewer words, or so few of them known, tell nothing.
_FEWEST_WORDS, _FEWEST_HITS, _LEAST_SHARE = 50, 15, 0.08
# A language shows in many of its words: one word of another language may be as common by chance.
_FEWEST_KNOWN, _WORDS_A_KNOWN = 10, 60
# The words that only one of two languages has must be so many times more of the one.
_MARGIN = 3
_FEWEST_LETTERS, _SCRIPT_SHARE, _KANA_SHARE = 100, 0.6, 0.05
_VOTING_WORDS, _VOTES = 20, 0.8
_STRIPPED = (
    string.punctuation
    + "\u00a1\u00ab\u00bb\u00bf\u060c\u061f\u0964\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2026\u3002"
)
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(tag for tag, row in FUNCTION_WORDS.items() if word in row.split())
    for words in FUNCTION_WORDS.values()
    for word in words.split()
}


@dataclass(slots=True)
class _Heard:
    """What the texts say: words in all, function words by language, letters by script, a vote a text."""

    words: int = 0
    known: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    votes: Counter[str] = field(default_factory=Counter)

    def hits(self, tag: str) -> int:
        """How many words are function words of a language."""
        return sum(self.known[word] for word in FUNCTION_WORDS[tag].split())

    def apart(self, tag: str, other: str) -> int:
        """How many words are function words of one language and not of the other."""
        return sum(
            self.known[word] for word in set(FUNCTION_WORDS[tag].split()) - set(FUNCTION_WORDS[other].split())
        )


def guess_language(texts: Iterable[str]) -> Guess:
    """The language of the texts of a source, `und` where they do not say it clearly."""
    heard = _Heard()
    for text in texts:
        _listen(heard, text[:_FIRST_CHARS])
    if (found := _by_script(heard)) is not None:
        return found
    ranked = sorted(FUNCTION_WORDS, key=lambda tag: (-heard.hits(tag), tag))
    best, following = ranked[0], ranked[1]
    evidence = _evidence(heard, best, following)
    if reason := _doubt(heard, best, following):
        return Guess("language", "und", f"{reason}: {evidence}", "open")
    return Guess("language", best, evidence)


def _listen(heard: _Heard, text: str) -> None:
    for character, count in Counter(text).items():
        if script := _script(character):
            heard.scripts[script] += count
    words = [
        stripped
        for word in text.lower().split()
        if (stripped := word.strip(_STRIPPED)) and not stripped.isdigit()
    ]
    heard.words += len(words)
    known = Counter(word for word in words if word in _LANGUAGES_OF)
    heard.known.update(known)
    if len(words) < _VOTING_WORDS:
        return
    votes: Counter[str] = Counter()
    for word, count in known.items():
        for tag in _LANGUAGES_OF[word]:
            votes[tag] += count
    heard.votes[min(votes, key=lambda tag: (-votes[tag], tag), default="")] += 1


@lru_cache(maxsize=4096)
def _script(character: str) -> str | None:
    if not character.isalpha():
        return None
    name = unicodedata.name(character, "")
    return name.split(" ", 1)[0].split("-", 1)[0] or None


def _by_script(heard: _Heard) -> Guess | None:
    """The language of a script that has one; None where words must tell."""
    letters = sum(heard.scripts.values())
    kana = heard.scripts["HIRAGANA"] + heard.scripts["KATAKANA"]
    written = Counter({SCRIPTS[script]: 0 for script in SCRIPTS})
    for script, count in heard.scripts.items():
        if script in SCRIPTS:
            written[SCRIPTS[script]] += count
    if kana >= _KANA_SHARE * (kana + heard.scripts["CJK"]) and kana:
        written["ja"] += written.pop("zh")
    tag, count = max(written.items(), key=lambda item: (item[1], item[0]))
    if letters < _FEWEST_LETTERS or count < _SCRIPT_SHARE * letters:
        return None
    scripts = " and ".join(sorted(s.title() for s in heard.scripts if SCRIPTS.get(s) == tag))
    if tag == "ja":
        scripts = "kana and kanji"
    elif tag == "zh":
        scripts = "Chinese characters without kana"
    return Guess(
        "language", tag, f"{count / letters:.0%} of {letters:,} letters are {scripts}: {language_name(tag)}"
    )


def _doubt(heard: _Heard, best: str, following: str) -> str | None:
    """Why the words do not tell the language, None where they do."""
    hits = heard.hits(best)
    if heard.words < _FEWEST_WORDS:
        return "too little text to tell"
    if hits < max(_FEWEST_HITS, _LEAST_SHARE * heard.words):
        return "no language that init knows"
    seen = sum(heard.known[word] > 0 for word in FUNCTION_WORDS[best].split())
    if seen < min(_FEWEST_KNOWN, 4 + heard.words // _WORDS_A_KNOWN):
        return f"no language that init knows, with {seen} of {len(FUNCTION_WORDS[best].split())} words"
    votes, all_votes = _votes(heard, best), sum(heard.votes.values())
    if votes < _VOTES * all_votes:
        others = [f"{language_name(tag) if tag else 'unknown'} {n:,}" for tag, n in _ranked(heard.votes)[:4]]
        return f"several languages (texts: {', '.join(others)})"
    apart, against = heard.apart(best, following), heard.apart(following, best)
    if apart < _MARGIN * against or not apart:
        return f"{language_name(best)} or {language_name(following)}"
    return None


def _votes(heard: _Heard, best: str) -> int:
    """Texts of a language; a text in which a near relative has as many words is one too."""
    relatives = {tag for tag in FUNCTION_WORDS if len(_shared(tag, best)) >= 10}
    return sum(count for tag, count in heard.votes.items() if tag in relatives)


def _shared(tag: str, other: str) -> set[str]:
    return set(FUNCTION_WORDS[tag].split()) & set(FUNCTION_WORDS[other].split())


def _ranked(counts: Counter[str]) -> Sequence[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _evidence(heard: _Heard, best: str, following: str) -> str:
    if not heard.hits(best) or heard.words < _FEWEST_WORDS:
        return f"{heard.words:,} words"
    mine = Counter({word: heard.known[word] for word in FUNCTION_WORDS[best].split() if heard.known[word]})
    shown = f" ({', '.join(word for word, _ in _ranked(mine)[:3])})" if mine else ""
    share, other = heard.hits(best) / heard.words, heard.hits(following) / heard.words
    what = f"{share:.0%} of {heard.words:,} words are {language_name(best)} function words{shown}"
    return f"{what}; next: {language_name(following)} {other:.0%}" if other else what
