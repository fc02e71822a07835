"""What the licences of all articles of a release mean together: for a user of the whole, and for each other.

A release is a *collection*: separate works, each under its own licence, selected and arranged. A collection is no
adaptation of what it holds (CC BY-SA 3.0 section 1(b), 4.0 section 1(a); GPL 3 section 5, "aggregate"; GFDL section 7),
so that works under licences that cannot be joined may stand side by side in it. Where the curator calls the release one
work made of all (`[licensing] work = "adaptation"`), they may not. An edit that takes something out of an article makes
a changed version of that article, whatever the release is. Documentation, not legal advice.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from corpuskit.licenses.expressions import Atom, is_unknown, permits, ways
from corpuskit.licenses.terms import (
    ATTRIBUTION,
    CONDITIONS,
    DATABASE,
    LICENSE_TEXT,
    MINING_RESERVED,
    NO_DERIVATIVES,
    NON_COMMERCIAL,
    NOTICE,
    SHARE_ALIKE,
    STATE_CHANGES,
    Declared,
    Terms,
    asked,
    met,
    terms,
)

# Edits of form: other bytes for the same characters, or a head taken apart into columns. CC 4.0 section 2(a)(4) calls
# what another format needs no adaptation. All others take something out of the text or title.
FORMAL_EDITS = frozenset(
    {"blank-lines", "byte-order-mark", "canonical-language", "canonical-license", "decode", "head", "line-end",
     "list-of-one"}
)  # fmt: skip
ANY, ANY_NON_COMMERCIAL, ONE_OF, NONE, UNKNOWN = "any", "any-non-commercial", "one-of", "none", "unknown"
_SHOWN_PAIRS = 5
# Among more licences than this no pairs are looked for.
_MOST_PAIRED = 60

# Of each source the number of its articles under each expression.
Articles = Mapping[str, Mapping[str, int]]
Edits = Mapping[str, Mapping[str, int]]


class Rule(NamedTuple):
    """What decides whether an article is in conflict: [licensing], the compilation's licence, stated conditions."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    on_conflict: str = "warn"
    work: str = "collection"
    compilation: str = "LicenseRef-unstated"
    declared: Declared = {}  # noqa: RUF012 - never changed


class Conflict(NamedTuple):
    """Licences that contradict something: the kind of finding, a sentence, the sources concerned.

    `gates` says whether it counts for `on_conflict`, or is worth knowing only to those who make one work of all.
    """

    kind: str
    message: str
    sources: tuple[str, ...]
    gates: bool = True


def declared(sources: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The conditions that sources state, by the ids of their licences that SPDX does not list.

    A source that reserves text and data mining adds that to what its own terms ask.
    """
    found: dict[str, frozenset[str]] = {}
    for source in sources:
        if (conditions := source.get("conditions")) is not None:
            for name in own_terms(source["license"]):
                found[name] = found.get(name, frozenset()) | frozenset(conditions)
    for source in sources:
        for name in own_terms(source["license"]) if source.get("tdm_opt_out") else ():
            if name in found:
                found[name] |= {MINING_RESERVED}
    return found


def own_terms(expression: str) -> tuple[str, ...]:
    """The ids of an expression that name terms of their own, each once; LicenseRef-unknown names none."""
    atoms = {atom.license for way in ways(expression) or () for atom in way}
    return tuple(sorted(n for n in atoms if n.startswith("LicenseRef-") and not is_unknown(n)))


def fault(expression: str, edits: Mapping[str, int], rule: Rule) -> str | None:
    """The kind of conflict that an article under an expression is in by itself, None where in none.

    An expression that can be met in a way without conflict is in none. `edits` are those made to its source, by
    transform.
    """
    if not permits(expression, allow=rule.allow, deny=rule.deny):
        return "license-conflict"
    found = [_fault(each, edits, rule) for each in met(expression, rule.declared)]
    if None not in found:
        return found[0]
    barred = rule.work == "adaptation" and adaptation([expression], rule.declared)[0] == NONE
    return "unadaptable-license" if barred else None


def _fault(found: Terms, edits: Mapping[str, int], rule: Rule) -> str | None:
    if found.unknown:
        return "unknown-terms" if any(map(is_unknown, found.unknown)) else "undeclared-conditions"
    if NO_DERIVATIVES in found.conditions and _cuts(edits):
        return "edited-no-derivatives"
    return "compilation-license" if _promised(found, rule) or _bound(found, rule) else None


def _cuts(edits: Mapping[str, int]) -> int:
    """How many edits of a source are more than a change of form."""
    return sum(count for name, count in edits.items() if name not in FORMAL_EDITS)


def _promised(found: Terms, rule: Rule) -> list[str]:
    """What the compilation's licence permits and the terms of an article do not."""
    compilation = terms(rule.compilation, rule.declared)
    if compilation.unknown:
        return []
    return [
        words
        for condition, words in ((NON_COMMERCIAL, "commercial use"), (NO_DERIVATIVES, "changed versions"))
        if condition in found.conditions and condition not in compilation.conditions
    ]


def _bound(found: Terms, rule: Rule) -> str:
    """What the terms of an article ask of a collection, and the compilation's licence does not give."""
    return next((words for atom in found.way if (words := _asks_of_compilation(atom, rule))), "")


def _asks_of_compilation(atom: Atom, rule: Rule) -> str:
    found, compilation = asked(atom, rule.declared), terms(rule.compilation, rule.declared)
    if found is None or compilation.unknown:
        return ""
    if found.compilation == "same" and not all(str(name) in found.adaptations for name in compilation.way):
        return f"a database made from it to be under {' or '.join(sorted(found.adaptations))}"
    limits = compilation.conditions & {NON_COMMERCIAL, NO_DERIVATIVES}
    if found.compilation == "no-further-restrictions" and limits:
        return "a collection to take away nothing of what the work permits"
    return ""


# --- one work made of all ---


def adaptation(expressions: Iterable[str], stated: Declared) -> tuple[str, tuple[str, ...]]:
    """Under which licence one work made of works under these expressions may be published.

    `any` leaves it to the maker, `any-non-commercial` too but for commerce; `one-of` lists the licences; `none`
    says that there is no such licence; `unknown` that nobody can tell.
    """
    each = [
        (expression, [_atoms(way, stated) for way in ways(expression) or ()]) for expression in expressions
    ]
    if all(any(_admits(way, None, commercial=True) for way in found) for _, found in each):
        return ANY, ()
    if all(any(_admits(way, None, commercial=False) for way in found) for _, found in each):
        return ANY_NON_COMMERCIAL, ()
    targets = {
        name for _, found in each for way in found for _, a in way if a is not None for name in a.adaptations
    }
    open_to = [
        name
        for name in sorted(targets)
        if all(
            any(_admits(w, name, commercial=_commercial(name, stated)) for w in found) for _, found in each
        )
    ]
    if open_to:
        return ONE_OF, tuple(open_to)
    known = [name for name, _ in each if not terms(name, stated).unknown]
    untold = len(known) < len(each) and adaptation(known, stated)[0] != NONE
    return (UNKNOWN if untold else NONE), ()


def _atoms(way: Iterable[Atom], stated: Declared) -> list[tuple[str, Any]]:
    return [(str(atom), asked(atom, stated)) for atom in way]


def _commercial(name: str, stated: Declared) -> bool:
    return NON_COMMERCIAL not in terms(name, stated).conditions


def _admits(way: Iterable[Any], target: str | None, *, commercial: bool) -> bool:
    """Whether all licences of a way admit a changed version under a target, None for a licence of one's own."""
    return all(
        found is not None
        and not _refuses(name, target)
        and NO_DERIVATIVES not in found.conditions
        and not (commercial and NON_COMMERCIAL in found.conditions)
        and (SHARE_ALIKE not in found.conditions or target in found.adaptations)
        for name, found in way
    )


# Licences that let others choose the terms of a changed version, and yet ask what these do not let anybody ask:
# https://www.gnu.org/licenses/license-list.html. Of the older CC BY the FSF vouches for none.
_NOT_UNDER_GPL = re.compile(r"AFL-|BSD-4-Clause|Apache-1\.|OpenSSL$|PHP-3\.|CC-BY-[123]\.")
_NOT_UNDER_GPL_2 = re.compile(r"Apache-2\.0|ECL-2\.0")


def _refuses(name: str, target: str | None) -> bool:
    """Whether a work under a licence cannot become part of one under a licence of GNU."""
    if target is None or not re.match(r"[AL]?GPL-", target):
        return False
    return bool(_NOT_UNDER_GPL.match(name) or ("GPL-2.0" in target and _NOT_UNDER_GPL_2.match(name)))


# --- the whole ---


def aggregate(
    articles: Articles, edits: Edits, sources: Sequence[Mapping[str, Any]], rule: Rule
) -> dict[str, Any]:
    """What the manifest says of licensing, all of it from the kept articles, their edits and the curator's words.

    `articles` and `edits` are counts by source; `sources` are the curator's statements as the manifest holds them.
    """
    expressions = sorted({name for found in articles.values() for name in found})
    each = {name: terms(name, rule.declared) for name in expressions}
    return {
        "rule": {
            "allow": list(rule.allow), "deny": list(rule.deny), "on_conflict": rule.on_conflict, "work": rule.work,
        },
        "terms": {name: _told(found) for name, found in each.items()},
        "whole": _whole(articles, each, sources, rule),
        "conflicts": [
            {"kind": c.kind, "message": c.message, "sources": list(c.sources), "gates": c.gates}
            for c in conflicts(articles, edits, sources, rule)
        ],
    }  # fmt: skip


def _told(found: Terms) -> dict[str, Any]:
    ordered = [name for name in (*CONDITIONS, MINING_RESERVED) if name in found.conditions]
    return {
        "met_by": [str(atom) for atom in found.way],
        "conditions": ordered,
        "unknown": list(found.unknown),
        "covers": found.covers,
        "permissive": found.permissive,
    }


def _whole(
    articles: Articles, each: Mapping[str, Terms], sources: Sequence[Mapping[str, Any]], rule: Rule
) -> dict[str, Any]:
    """What a user of all articles may do and must do, and which sources make it so."""

    def holding(names: Iterable[str]) -> list[str]:
        wanted = set(names)
        return [s["name"] for s in sources if wanted & articles.get(s["name"], {}).keys()]

    def with_condition(condition: str) -> list[str]:
        return [name for name, found in each.items() if condition in found.conditions]

    def may(condition: str) -> dict[str, Any]:
        barred = with_condition(condition)
        # A licence of a database says nothing of the rights in its contents.
        unknown = [name for name, found in each.items() if found.unknown or found.covers == DATABASE]
        answer = "no" if barred else "unknown" if unknown else "yes"
        return {"answer": answer, "sources": holding(barred or unknown), "licenses": barred or unknown}

    def must(condition: str) -> dict[str, Any]:
        asking = with_condition(condition)
        unknown = [name for name, found in each.items() if found.unknown]
        answer = "yes" if asking else "unknown" if unknown else "no"
        return {"answer": answer, "sources": holding(asking or unknown), "licenses": asking or unknown}

    answer, open_to = adaptation(each, rule.declared)
    in_the_way = [
        name
        for name, found in each.items()
        if found.unknown or found.conditions & {SHARE_ALIKE, NO_DERIVATIVES}
    ]
    in_the_way += with_condition(NON_COMMERCIAL) if answer != ONE_OF else []
    return {
        "commercial_use": may(NON_COMMERCIAL),
        "derivatives": may(NO_DERIVATIVES),
        "attribution": must(ATTRIBUTION),
        "notice": must(NOTICE),
        "license_text": must(LICENSE_TEXT),
        "state_changes": must(STATE_CHANGES),
        "share_alike": must(SHARE_ALIKE),
        "mining_reserved": [s["name"] for s in sources if s.get("tdm_opt_out") and articles.get(s["name"])],
        "adaptation": {
            "answer": answer,
            "licenses": list(open_to),
            "sources": [] if answer == ANY else holding(in_the_way),
        },
    }


def conflicts(
    articles: Articles, edits: Edits, sources: Sequence[Mapping[str, Any]], rule: Rule
) -> Iterator[Conflict]:
    """What contradicts what: of single articles by licence, then share-alike against share-alike, then the whole."""
    faults: dict[tuple[str, str], list[str]] = {}
    for source in (source["name"] for source in sources):
        for expression in sorted(articles.get(source, {})):
            kind = fault(expression, edits.get(source, {}), rule)
            if kind is not None:
                faults.setdefault((kind, expression), []).append(source)
    for (kind, expression), names in sorted(faults.items()):
        count = sum(articles[name][expression] for name in names)
        yield Conflict(kind, _said(kind, expression, names, count, edits, rule), tuple(names))
    yield from _joint(articles, sources, rule)


def _said(kind: str, expression: str, names: Sequence[str], count: int, edits: Edits, rule: Rule) -> str:
    """A conflict of articles under one licence in a sentence."""
    who = f"{_articles(count)} of {_named(names)} {'is' if count == 1 else 'are'} under {expression}"
    if kind == "license-conflict":
        return f"{who}, which [licensing] does not allow"
    if kind == "unknown-terms":
        return f"{who}: nobody knows what may be done with them"
    if kind == "undeclared-conditions":
        lacking = ", ".join(terms(expression, rule.declared).unknown)
        return f"{who}; nothing says what {lacking} asks"
    if kind == "edited-no-derivatives":
        cuts = sum(_cuts(edits.get(name, {})) for name in names)
        return f"{who}, which permits no changed versions, and {cuts} edits cut into texts of {_named(names)}"
    if kind == "unadaptable-license":
        return f"{who}, which admits no changed version: they cannot be part of one work made of all"
    found = terms(expression, rule.declared)
    if promised := _promised(found, rule):
        own = f"{rule.compilation}, the compilation's licence, does"
        return f"{who}, which does not permit {' and '.join(promised)}; {own}"
    return f"{who}, which asks {_bound(found, rule)}; the compilation is under {rule.compilation}"


def _joint(articles: Articles, sources: Sequence[Mapping[str, Any]], rule: Rule) -> Iterator[Conflict]:
    """Licences that no work made of all articles can meet together, and a compilation's licence that meets none."""
    holders: dict[str, list[str]] = {}
    for source in (source["name"] for source in sources):
        for expression in sorted(articles.get(source, {})):
            holders.setdefault(expression, []).append(source)
    # What nobody can make a changed version of at all is another conflict.
    able = [name for name in sorted(holders) if adaptation([name], rule.declared)[0] not in {NONE, UNKNOWN}]
    answer, open_to = adaptation(able, rule.declared)
    gates = rule.work == "adaptation"
    if answer == NONE:
        able = [name for name in able if adaptation([name], rule.declared)[0] != ANY]
        pairs = [
            pair
            for pair in combinations(able if len(able) <= _MOST_PAIRED else (), 2)
            if adaptation(pair, rule.declared)[0] == NONE
        ]
        shown = "; ".join(
            f"{_holder(one, holders)} against {_holder(two, holders)}" for one, two in pairs[:_SHOWN_PAIRS]
        )
        more = f"; and {len(pairs) - _SHOWN_PAIRS} more pairs" if len(pairs) > _SHOWN_PAIRS else ""
        told = (shown or ", ".join(_holder(name, holders) for name in able[:_MOST_PAIRED])) + more
        concerned = {name for pair in pairs for name in pair} or set(able)
        who = tuple(s["name"] for s in sources if concerned & articles.get(s["name"], {}).keys())
        yield Conflict(
            "share-alike-conflict", f"no licence is open to one work made of all: {told}", who, gates
        )
    elif gates and answer != ANY and not terms(rule.compilation, rule.declared).unknown:
        way = terms(rule.compilation, rule.declared).way
        free = answer == ANY_NON_COMMERCIAL and not _commercial(rule.compilation, rule.declared)
        if not free and not all(str(atom) in open_to for atom in way):
            asking = [name for name in able if adaptation([name], rule.declared)[0] != ANY]
            who = tuple(s["name"] for s in sources if set(asking) & articles.get(s["name"], {}).keys())
            wanted = " or ".join(open_to) or "a licence for non-commercial use"
            told = ", ".join(_holder(name, holders) for name in asking)
            message = f"one work made of all may be under {wanted} ({told})"
            own = f"the compilation is under {rule.compilation}"
            yield Conflict("compilation-license", f"{message}; {own}", who)


def _holder(expression: str, holders: Mapping[str, Sequence[str]]) -> str:
    return f"{expression} ({_named(holders[expression])})"


def _named(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"
