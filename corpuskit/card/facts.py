"""What the card says beyond the numbers as the manifest has them: sums, shares, and what is known to be lacking."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from corpuskit.kinds import KINDS
from corpuskit.licenses import is_unknown

Manifest = Mapping[str, Any]

# What each named edit does, in words. One that is not here is shown by its name.
_EDITS = {
    "navigation": "navigation of the site, cut from the ends of texts",
    "head": "lines of the head that went to their columns",
    "timestamp": "further stamps of time in the head",
    "byline": "lines that say who wrote or edited",
    "inline-link": "lines that lead elsewhere",
    "title-suffix": "the name of the site, cut from titles",
    "blank-lines": "more or fewer blank lines than one between paragraphs",
    "line-end": "line ends of other systems",
    "byte-order-mark": "byte order marks",
    "decode": "characters of another encoding, written as UTF-8",
    "replace": "bytes that are no text, each now U+FFFD",
    "list-of-one": "one author, made a list",
    "canonical-language": "language tags in their canonical form",
    "canonical-license": "licence expressions in their canonical form",
}


class Loss(NamedTuple):
    """Records that became no articles, by their fate and its reason; bytes are None where they are not known."""

    fate: str
    reason: str | None
    title: str
    records: int
    bytes: int | None


def title_of(reason: str | None, fate: str = "") -> str:
    """The reason of a fate in words."""
    return KINDS[reason].title if reason in KINDS else reason or fate


def losses(manifest: Manifest, source: str | None = None) -> list[Loss]:
    """What a source lost, or all of them together, in the order of fates and the largest first."""
    sums: dict[tuple[str, str | None], tuple[int, int | None]] = {}
    for name, stages in manifest["waterfall"].items():
        for stage in stages if source is None or name == source else ():
            if stage["fate"] != "kept":
                key = stage["fate"], stage["reason"]
                records, size = sums.get(key, (0, 0))
                sums[key] = records + stage["records"], _added(size, stage["bytes"])
    found = [Loss(fate, reason, title_of(reason, fate), *counts) for (fate, reason), counts in sums.items()]
    return sorted(found, key=lambda loss: (-loss.records, loss.fate, loss.reason or ""))


def kept_bytes(manifest: Manifest) -> int | None:
    """The bytes of the kept records as they were read; None where those of a source are not known."""
    size: int | None = 0
    for stages in manifest["waterfall"].values():
        for stage in stages:
            if stage["fate"] == "kept":
                size = _added(size, stage["bytes"])
    return size


def _added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


class Edited(NamedTuple):
    """What one transform did to the records of all sources."""

    name: str
    words: str
    edits: int
    removed: int
    inserted: int


def edited(manifest: Manifest) -> list[Edited]:
    """The edits by transform: those that cut most come first."""
    sums: dict[str, list[int]] = {}
    for transforms in manifest["edits"].values():
        for name, told in transforms.items():
            counts = sums.setdefault(name, [0, 0, 0])
            for at, key in enumerate(("edits", "removed_bytes", "inserted_bytes")):
                counts[at] += told[key]
    rows = [Edited(name, _EDITS.get(name, ""), *counts) for name, counts in sums.items()]
    return sorted(rows, key=lambda row: (-row.removed, row.name))


def navigation_share(manifest: Manifest) -> tuple[int, int] | None:
    """The bytes of navigation that were cut, and those of all records that were edited; None where neither is known."""
    cut, whole = 0, 0
    for name, transforms in manifest["edits"].items():
        if "navigation" not in transforms:
            continue
        cut += transforms["navigation"]["removed_bytes"]
        for stage in manifest["waterfall"][name]:
            # A rejected record has no edits in the books.
            if stage["fate"] != "rejected":
                if stage["bytes"] is None:
                    return None
                whole += stage["bytes"]
    return (cut, whole) if cut and whole else None


class Noted(NamedTuple):
    """Something that was seen in records that were kept all the same."""

    kind: str
    title: str
    why: str
    records: int


def noted(manifest: Manifest) -> list[Noted]:
    """The warnings and notes by kind, the most frequent first; reasons of a fate are none of them."""
    reasons = {loss.reason for loss in losses(manifest)}
    rows = [
        Noted(kind, KINDS[kind].title, KINDS[kind].why, n) if kind in KINDS else Noted(kind, kind, "", n)
        for kind, n in manifest["findings"].items()
        if kind not in reasons and (kind not in KINDS or KINDS[kind].severity != "error")
    ]
    return sorted(rows, key=lambda row: (-row.records, row.kind))


def undated(manifest: Manifest) -> int:
    """How many articles have no date of publication."""
    return int(manifest["statistics"]["rows"] - sum(manifest["statistics"]["months"].values()))


def unknown_terms(manifest: Manifest) -> int:
    """How many articles are under terms that nobody has established."""
    return sum(
        int(n) for expression, n in manifest["statistics"]["licenses"].items() if is_unknown(expression)
    )


def guessed(manifest: Manifest) -> Iterator[str]:
    """What a machine told, and nobody declared, in short sentences."""
    if _learned(manifest, "navigation", "navigation_cut_from"):
        yield "What is navigation was learned from the lines that a source repeats."
    if _learned(manifest, "title-suffix", "title_suffix"):
        yield "The name of the site at the end of titles was learned from what titles repeat."
    if manifest["findings"].get("table-form"):
        yield "How some tables are written (delimiter, quotes, header, encoding) was told from their first bytes."


def source_licenses(manifest: Manifest) -> dict[str, list[str]]:
    """The licences of each source's articles."""
    stated = manifest["statistics"]["by_source"]
    names = (source["name"] for source in manifest["sources"])
    return {name: list(stated[name]["licenses"]) if name in stated else [] for name in names}


def _learned(manifest: Manifest, transform: str, declared: str) -> bool:
    """Whether a source has edits of a transform that it does not itself say what to cut by."""
    return any(
        transform in manifest["edits"].get(source["name"], {}) and not source.get(declared)
        for source in manifest["sources"]
    )


def ranked(counts: Mapping[str, Any], by: Sequence[str] = ("rows",)) -> list[tuple[str, Any]]:
    """Names with their facts, the largest first; those of one size by name."""
    return sorted(counts.items(), key=lambda item: (*(-item[1][key] for key in by), item[0]))


def span(facts: Mapping[str, Any]) -> str | None:
    """The period of some articles: one date, or the first and the last."""
    first, last = facts["earliest"], facts["latest"]
    if first is None:
        return None
    return str(first) if first == last else f"{first} to {last}"


def lower_first(text: str) -> str:
    """Words for the middle of a sentence: names in capitals stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def stopped(text: str) -> str:
    """A curator's words as a sentence: with a full stop where they end in no mark."""
    text = str(text).rstrip()
    return text if text.endswith((".", "!", "?", "…", "。")) else f"{text}."


_WITHIN = {
    "corpus": "the whole corpus",
    "source": "each source by itself",
    "config": "each configuration by itself",
}


def dedup_told(dedup: Mapping[str, Any]) -> str:
    """Which articles are duplicates, as a sentence."""
    exact = dedup["exact"]
    if not exact:
        return "only articles of one id are taken for duplicates"
    same = {("text",): "the same text", ("record",): "the same content but for the id"}.get(tuple(exact))
    same = same or f"the same {' and '.join(exact)}"
    return f"of articles with {same} {_WITHIN[dedup['within']]} one is kept"


_WORK = {"collection": "a collection of works", "adaptation": "one work made of its articles"}
_ON_CONFLICT = {
    "warn": "were left in and are told here",
    "exclude": "were left out, where single articles are at fault",
    "refuse": "would have stopped the build, where single articles are at fault",
}


def rule_told(rule: Mapping[str, Any]) -> str:
    """How licences were dealt with when the corpus was put together, as sentences."""
    work, conflicts = _WORK[rule["work"]], _ON_CONFLICT[rule["on_conflict"]]
    return f"The corpus was put together as {work}; conflicts between licences {conflicts}."
