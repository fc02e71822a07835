"""Licences: what each asks, what follows for a whole, what contradicts, and what a build makes of it."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl
from hypothesis import given
from hypothesis import strategies as st

import corpuskit
from corpuskit import BuildRefused, SpecError
from corpuskit.documents import render_documents
from corpuskit.languages import nearest_language
from corpuskit.licenses import CONDITIONS, Rule, aggregate, fault, nearest_license, permits, terms
from corpuskit.licenses.aggregate import adaptation, conflicts
from corpuskit.licenses.expressions import Atom, spdx_ids, ways
from corpuskit.licenses.terms import asked
from corpuskit.resources import read_json

Corpus = Callable[..., Path]
Shared = Callable[[str], Path]

# --- what one licence asks ---

BY = {"attribution", "notice"}
BY_CHANGES = {*BY, "state-changes"}
ASKED = {
    "CC0-1.0": set(),
    "PDDL-1.0": set(),
    "MIT": {*BY, "license-text"},
    "UPL-1.0": BY,
    "Apache-2.0": {*BY_CHANGES, "license-text"},
    "CDLA-Permissive-2.0": {"notice", "license-text"},
    "EUPL-1.2": {*BY_CHANGES, "license-text", "share-alike"},
    "CC-BY-2.0": BY,
    "CC-BY-4.0": BY_CHANGES,
    "CC-BY-3.0-IGO": BY_CHANGES,
    "CC-BY-SA-2.1-JP": {*BY, "share-alike"},
    "CC-BY-NC-4.0": {*BY_CHANGES, "non-commercial"},
    "CC-BY-NC-ND-3.0-DE": {*BY_CHANGES, "non-commercial", "no-derivatives"},
    "CC-BY-NC-SA-4.0": {*BY_CHANGES, "non-commercial", "share-alike"},
    "CC-SA-1.0": {"notice", "share-alike"},
    "ODC-By-1.0": BY,
    "ODbL-1.0": {*BY_CHANGES, "share-alike"},
    "GPL-2.0-or-later": {*BY_CHANGES, "license-text", "share-alike"},
    "LGPL-3.0-only": {*BY_CHANGES, "license-text", "share-alike"},
    "AGPL-3.0-or-later": {*BY_CHANGES, "license-text", "share-alike"},
    "GFDL-1.3-no-invariants-or-later": {*BY_CHANGES, "license-text", "share-alike"},
    "GPL-2.0-with-classpath-exception": {*BY_CHANGES, "license-text", "share-alike"},
}


@pytest.mark.parametrize(("name", "conditions"), ASKED.items())
def test_what_a_licence_asks(name: str, conditions: set[str]) -> None:
    """Conditions of licences that stand for their families, read off their texts by hand."""
    found = terms(name, {})
    assert (found.conditions, found.unknown) == (conditions, ())


def test_all_of_the_families_are_known_and_no_id_is_invented() -> None:
    """Each CC and GNU licence of the SPDX list has terms; each id of the data is in that list."""
    families = (
        "CC-BY",
        "CC-SA",
        "CC0",
        "GPL-1",
        "GPL-2",
        "GPL-3.0-o",
        "LGPL-",
        "AGPL-",
        "GFDL-",
        "ODbL",
        "ODC-",
    )
    exceptions = {"GPL-3.0-389-ds-base-exception"}
    ids = {name for name in spdx_ids() if name.startswith(families)} - exceptions
    assert len(ids) > 80
    assert [name for name in ids if asked(Atom(name), {}) is None] == []
    named = [name for group in read_json("license-terms.json")["groups"] for name in group["licenses"]]
    assert len(named) == len(set(named))
    assert set(named) <= spdx_ids()
    for name in ids | set(named):
        found = asked(Atom(name), {})
        assert found is not None
        assert found.conditions <= set(CONDITIONS)
        assert found.adaptations <= spdx_ids()
        assert (name in found.adaptations) == ("share-alike" in found.conditions)


# Expression, how it is met, and whether its articles are permissive.
EXPRESSIONS = {
    "MIT OR GPL-3.0-only": (["MIT"], True),
    "GPL-3.0-only OR MIT": (["MIT"], True),
    "MIT AND GPL-3.0-only": (["GPL-3.0-only", "MIT"], False),
    "CC-BY-NC-4.0 OR CC-BY-SA-4.0": (["CC-BY-SA-4.0"], False),
    "CC-BY-NC-4.0 OR CC-BY-ND-4.0": (["CC-BY-ND-4.0"], False),
    "CC-BY-4.0 OR CC0-1.0": (["CC0-1.0"], True),
    "LicenseRef-x OR CC-BY-NC-4.0": (["CC-BY-NC-4.0"], False),
    "LicenseRef-x OR MIT": (["MIT"], True),
    "LicenseRef-x AND MIT": (["LicenseRef-x", "MIT"], False),
    "(MIT AND CC-BY-SA-4.0) OR (ISC AND CC-BY-4.0)": (["CC-BY-4.0", "ISC"], True),
    "MIT AND (CC-BY-ND-4.0 OR Apache-2.0)": (["Apache-2.0", "MIT"], True),
    "Apache-2.0+": (["Apache-2.0+"], True),
    "CC-BY-SA-3.0+": (["CC-BY-SA-3.0+"], False),
    "GPL-2.0-only WITH Classpath-exception-2.0": (["GPL-2.0-only WITH Classpath-exception-2.0"], False),
    "Apache-2.0 WITH LLVM-exception": (["Apache-2.0 WITH LLVM-exception"], True),
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_is_met_in_the_way_that_leaves_most(expression: str) -> None:
    """Of OR one, of AND all; an exception adds nothing; what is unknown is no freedom."""
    met_by, permissive = EXPRESSIONS[expression]
    found = terms(expression, {})
    assert ([str(atom) for atom in found.way], found.permissive) == (met_by, permissive)


IDS = st.sampled_from(
    ["MIT", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "GPL-2.0-or-later", "LicenseRef-x"]
)


@given(st.lists(IDS, min_size=1, max_size=5))
def test_or_takes_nothing_away_and_and_gives_nothing(names: list[str]) -> None:
    """Any licence by OR leaves at least what the best of them leaves, by AND at most what the worst does."""
    each = [terms(name, {}).permissive for name in names]
    assert terms(" OR ".join(names), {}).permissive == any(each)
    assert terms(" AND ".join(names), {}).permissive == all(each)


def test_a_hostile_expression_costs_little() -> None:
    """An expression with very many ways is one of which nothing is known, and no time is lost."""
    hostile = " AND ".join(f"(LicenseRef-a{i} OR LicenseRef-b{i})" for i in range(25))
    assert ways(hostile) is None
    assert terms(hostile, {}).unknown
    assert not permits(hostile, allow=["LicenseRef-a1"], deny=[])
    assert permits(hostile, allow=[], deny=[])


EXCEPTED = "GPL-2.0-only WITH Classpath-exception-2.0"
PERMITTED = [
    ("GPL-2.0-or-later", ["GPL-2.0-only"], [], True),
    ("GPL-2.0-or-later", ["GPL-3.0-only"], [], True),
    ("GPL-3.0-or-later", ["GPL-2.0-only"], [], False),
    ("GPL-2.0-only", ["GPL-2.0-or-later"], [], False),
    ("Apache-2.0+", ["Apache-2.0"], [], True),
    ("CC-BY-SA-3.0+", ["CC-BY-SA-4.0"], [], True),
    (EXCEPTED, ["GPL-2.0-only"], [], True),
    (EXCEPTED, [], ["GPL-2.0-only"], False),
    (EXCEPTED, [EXCEPTED], ["GPL-2.0-only"], True),
    ("GPL-2.0-only", [EXCEPTED], [], False),
    ("MIT OR GPL-3.0-only", [], ["GPL-3.0-only"], True),
    ("MIT AND GPL-3.0-only", [], ["GPL-3.0-only"], False),
    ("MIT OR GPL-3.0-only", ["ISC"], [], False),
    ("MIT OR GPL-3.0-only", [], ["MIT OR GPL-3.0-only"], False),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "allow", "deny", "permitted"), PERMITTED)
def test_allow_and_deny(expression: str, allow: list[str], deny: list[str], *, permitted: bool) -> None:
    """Who may choose a later version or needs no exception has what is allowed; what is denied stays so."""
    assert permits(expression, allow=allow, deny=deny) is permitted


# --- many together ---

OWN = {"LicenseRef-free": frozenset[str](), "LicenseRef-nc": frozenset({"non-commercial"})}
# Licences, and under which one work made of works under them may be published.
MIXTURES: list[tuple[list[str], str, set[str]]] = [
    ([], "any", set()),
    (["MIT", "CC-BY-4.0", "CC0-1.0"], "any", set()),
    (["CC-BY-SA-3.0 OR MIT", "GPL-2.0-only OR CC-BY-4.0"], "any", set()),
    (["LicenseRef-free"], "any", set()),
    (["CC-BY-NC-4.0", "MIT"], "any-non-commercial", set()),
    (["LicenseRef-nc", "MIT"], "any-non-commercial", set()),
    # BY-SA 4.0 goes to itself, to the Free Art License and one way to GPL 3.
    (["CC-BY-SA-4.0"], "one-of", {"CC-BY-SA-4.0", "LAL-1.3", "GPL-3.0-only"}),
    (["CC-BY-SA-4.0", "GPL-3.0-only"], "one-of", {"GPL-3.0-only"}),
    (["CC-BY-SA-4.0", "GPL-3.0-or-later"], "one-of", {"GPL-3.0-only"}),
    (["CC-BY-SA-4.0", "GPL-2.0-or-later"], "one-of", {"GPL-3.0-only"}),
    (["CC-BY-SA-4.0", "GPL-2.0-only"], "none", set()),
    (["CC-BY-SA-4.0", "LAL-1.3"], "one-of", {"CC-BY-SA-4.0", "LAL-1.3"}),
    (["CC-BY-SA-4.0", "AGPL-3.0-only"], "none", set()),
    # A version goes to later ones with the same elements, 1.0 to itself alone.
    (["CC-BY-SA-3.0", "CC-BY-SA-4.0"], "one-of", {"CC-BY-SA-4.0"}),
    (["CC-BY-SA-2.5", "CC-BY-SA-3.0-DE"], "one-of",
     {"CC-BY-SA-3.0", "CC-BY-SA-3.0-AT", "CC-BY-SA-3.0-DE", "CC-BY-SA-3.0-IGO", "CC-BY-SA-4.0"}),
    (["CC-BY-SA-1.0"], "one-of", {"CC-BY-SA-1.0"}),
    (["CC-BY-SA-1.0", "CC-BY-SA-4.0"], "none", set()),
    # Not in one step: BY-SA 3.0 to 4.0 to GPL 3.
    (["CC-BY-SA-3.0", "GPL-3.0-only"], "none", set()),
    (["CC-BY-SA-3.0+", "GPL-3.0-only"], "one-of", {"GPL-3.0-only"}),
    # Of the handbook's two licences either will do.
    (["CC-BY-SA-3.0 OR GPL-2.0-or-later", "GPL-2.0-only"], "one-of", {"GPL-2.0-only"}),
    (["CC-BY-SA-3.0 OR GPL-2.0-or-later", "CC-BY-SA-4.0"], "one-of", {"CC-BY-SA-4.0", "GPL-3.0-only"}),
    # Share-alike promises commerce, non-commercial forbids it; BY-NC-SA goes with BY-NC.
    (["CC-BY-NC-4.0", "CC-BY-SA-4.0"], "none", set()),
    (["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"], "one-of", {"CC-BY-NC-SA-4.0"}),
    (["CC-BY-NC-SA-4.0", "CC-BY-SA-4.0"], "none", set()),
    (["CC-BY-NC-4.0", "GPL-3.0-only"], "none", set()),
    # GNU: versions meet only where both admit one; LGPL goes to GPL, GPL 3 joins with AGPL 3.
    (["GPL-2.0-only", "GPL-3.0-only"], "none", set()),
    (["GPL-2.0-or-later", "GPL-3.0-only"], "one-of", {"GPL-3.0-only", "AGPL-3.0-only"}),
    (["LGPL-2.1-only", "GPL-2.0-only"], "one-of", {"GPL-2.0-only"}),
    (["GPL-3.0-only", "AGPL-3.0-only"], "one-of", {"AGPL-3.0-only"}),
    (["GFDL-1.2-only", "GFDL-1.3-only"], "none", set()),
    (["GFDL-1.2-or-later", "GFDL-1.3-only"], "one-of", {"GFDL-1.3-only"}),
    (["GFDL-1.3-or-later", "CC-BY-SA-3.0"], "none", set()),
    (["ODbL-1.0", "CC-BY-4.0"], "one-of", {"ODbL-1.0"}),
    # An article under two licences at once has to meet both.
    (["CC-BY-SA-4.0 AND GPL-3.0-only"], "one-of", {"GPL-3.0-only"}),
    (["CC-BY-SA-4.0 AND GPL-2.0-only"], "none", set()),
    (["CC-BY-ND-4.0", "MIT"], "none", set()),
    (["CC-BY-ND-4.0", "LicenseRef-x"], "none", set()),
    (["LicenseRef-x", "MIT"], "unknown", set()),
]  # fmt: skip


@pytest.mark.parametrize(("names", "answer", "open_to"), MIXTURES)
def test_one_work_made_of_all(names: list[str], answer: str, open_to: set[str]) -> None:
    """The licences open to a work made of all, reasoned by hand; the order of the articles says nothing."""
    assert adaptation(names, OWN) == (answer, tuple(sorted(open_to)))
    assert adaptation(names[::-1], OWN) == (answer, tuple(sorted(open_to)))


def _sources(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "license": "LicenseRef-unread"} for name in names]


def _aggregate(articles: Mapping[str, Mapping[str, int]], **more: Any) -> dict[str, Any]:
    edits = more.pop("edits", {})
    return aggregate(articles, edits, more.pop("sources", _sources(articles)), Rule(**more))


# By articles: commercial use, changed versions, credit, share-alike: the answer and the sources that make it so.
WHOLES: list[tuple[dict[str, str], tuple[tuple[str, str], ...]]] = [
    ({"a": "CC0-1.0"}, (("yes", ""), ("yes", ""), ("no", ""), ("no", ""))),
    ({"a": "MIT", "b": "CC0-1.0"}, (("yes", ""), ("yes", ""), ("yes", "a"), ("no", ""))),
    ({"a": "CC-BY-SA-4.0", "b": "CC-BY-NC-4.0"}, (("no", "b"), ("yes", ""), ("yes", "ab"), ("yes", "a"))),
    ({"a": "CC-BY-NC-ND-4.0", "b": "MIT"}, (("no", "a"), ("no", "a"), ("yes", "ab"), ("no", ""))),
    ({"a": "LicenseRef-x", "b": "MIT"}, (("unknown", "a"), ("unknown", "a"), ("yes", "b"), ("unknown", "a"))),
    ({"a": "LicenseRef-x", "b": "CC-BY-NC-4.0"}, (("no", "b"), ("unknown", "a"), ("yes", "b"), ("unknown", "a"))),
    ({"a": "CC-BY-NC-4.0 OR MIT", "b": "CC0-1.0"}, (("yes", ""), ("yes", ""), ("yes", "a"), ("no", ""))),
    ({"a": "CC-BY-ND-4.0", "b": "CC-BY-ND-4.0 AND MIT"}, (("yes", ""), ("no", "ab"), ("yes", "ab"), ("no", ""))),
]  # fmt: skip


@pytest.mark.parametrize(("articles", "wanted"), WHOLES)
def test_what_a_user_of_the_whole_may_and_must_do(
    articles: dict[str, str], wanted: tuple[tuple[str, str], ...]
) -> None:
    """The strictest of all articles decides, and the sources that hold it are named."""
    whole = _aggregate({name: {license_: 3} for name, license_ in articles.items()})["whole"]
    for key, (answer, names) in zip(
        ("commercial_use", "derivatives", "attribution", "share_alike"), wanted, strict=True
    ):
        assert (whole[key]["answer"], whole[key]["sources"]) == (answer, list(names)), key


# Articles and the compilation's licence: the conflicts, by kind, sources and whether they gate.
CONTRADICTIONS: list[tuple[str, dict[str, str], dict[str, Any], list[tuple[str, str, bool]]]] = [
    ("CC-BY-SA-4.0", {"a": "CC-BY-4.0", "b": "CC-BY-SA-3.0"}, {}, []),
    # Separate works stand beside each other in a collection; the compilation's licence is not theirs.
    ("CC-BY-SA-4.0", {"a": "CC-BY-SA-4.0", "b": "GPL-2.0-only"}, {}, [("share-alike-conflict", "ab", False)]),
    ("CC0-1.0", {"a": "CC-BY-SA-4.0"}, {}, []),
    ("CC-BY-4.0", {"a": "CC-BY-NC-4.0"}, {}, [("compilation-license", "a", True)]),
    ("CC-BY-4.0", {"a": "CC-BY-ND-4.0"}, {}, [("compilation-license", "a", True)]),
    ("CC-BY-NC-4.0", {"a": "CC-BY-NC-4.0"}, {}, []),
    ("CC-BY-NC-ND-4.0", {"a": "CC-BY-NC-ND-4.0", "b": "CC-BY-4.0"}, {}, []),
    ("LicenseRef-own", {"a": "CC-BY-NC-ND-4.0"}, {}, []),
    ("CC-BY-4.0", {"a": "CC-BY-NC-4.0 OR MIT"}, {}, []),
    # A database under ODbL binds what is extracted from it; a GNU aggregate may take nothing away.
    ("CC-BY-4.0", {"a": "ODbL-1.0"}, {}, [("compilation-license", "a", True)]),
    ("ODbL-1.0", {"a": "ODbL-1.0"}, {}, []),
    ("CC-BY-NC-4.0", {"a": "GPL-3.0-only"}, {}, [("compilation-license", "a", True)]),
    ("CC-BY-NC-4.0", {"a": "GFDL-1.3-or-later"}, {}, [("compilation-license", "a", True)]),
    ("CC-BY-NC-4.0", {"a": "GPL-2.0-or-later"}, {}, []),
    ("CC-BY-4.0", {"a": "GPL-3.0-only"}, {}, []),
    ("MIT", {"a": "LicenseRef-x"}, {}, [("undeclared-conditions", "a", True)]),
    ("MIT", {"a": "LicenseRef-unknown"}, {}, [("unknown-terms", "a", True)]),
    ("MIT", {"a": "LicenseRef-x OR CC-BY-4.0"}, {}, []),
    ("CC-BY-ND-4.0", {"a": "CC-BY-ND-4.0", "b": "MIT"}, {"edits": {"a": {"navigation": 2}, "b": {"byline": 9}}},
     [("edited-no-derivatives", "a", True)]),
    ("CC-BY-ND-4.0", {"a": "CC-BY-ND-4.0"}, {"edits": {"a": {"line-end": 2, "decode": 5, "head": 1}}}, []),
    ("CC-BY-NC-4.0", {"a": "CC-BY-ND-4.0 OR CC-BY-NC-4.0"}, {"edits": {"a": {"navigation": 2}}}, []),
    ("MIT", {"a": "GPL-3.0-only", "b": "ISC"}, {"deny": ("GPL-3.0-only",)}, [("license-conflict", "a", True)]),
    # One work made of all.
    ("CC-BY-SA-4.0", {"a": "CC-BY-SA-3.0", "b": "CC-BY-4.0"}, {"work": "adaptation"}, []),
    ("CC0-1.0", {"a": "CC-BY-SA-3.0", "b": "CC-BY-4.0"}, {"work": "adaptation"}, [("compilation-license", "a", True)]),
    ("CC-BY-SA-3.0", {"a": "CC-BY-SA-4.0"}, {"work": "adaptation"}, [("compilation-license", "a", True)]),
    ("GPL-3.0-only", {"a": "CC-BY-SA-4.0", "b": "GPL-2.0-or-later"}, {"work": "adaptation"}, []),
    ("CC-BY-4.0", {"a": "CC-BY-SA-4.0", "b": "GPL-2.0-only"}, {"work": "adaptation"},
     [("share-alike-conflict", "ab", True)]),
    ("CC-BY-NC-4.0", {"a": "CC-BY-NC-3.0", "b": "MIT"}, {"work": "adaptation"}, []),
    ("CC-BY-ND-4.0", {"a": "CC-BY-ND-4.0", "b": "MIT"}, {"work": "adaptation"}, [("unadaptable-license", "a", True)]),
    ("CC-BY-ND-4.0", {"a": "CC-BY-ND-4.0 OR MIT"}, {"work": "adaptation"}, []),
    ("LicenseRef-own", {"a": "CC-BY-SA-4.0 AND GPL-2.0-only"}, {"work": "adaptation"},
     [("unadaptable-license", "a", True)]),
]  # fmt: skip


@pytest.mark.parametrize(("compilation", "articles", "more", "wanted"), CONTRADICTIONS)
def test_what_contradicts_what(
    compilation: str, articles: dict[str, str], more: dict[str, Any], wanted: list[tuple[str, str, bool]]
) -> None:
    """Conflicts of a collection and of one work made of all, each with the sources that are concerned."""
    found = _aggregate({n: {x: 2} for n, x in articles.items()}, compilation=compilation, **more)["conflicts"]
    assert [(c["kind"], "".join(c["sources"]), c["gates"]) for c in found] == wanted
    for conflict in found:
        assert all(repr(name) in conflict["message"] for name in conflict["sources"])


def test_pairs_that_do_not_go_together_are_named() -> None:
    """The sentence names each licence with the sources that hold it, and counts edits that may not be."""
    (conflict,) = _aggregate(
        {"wiki": {"CC-BY-SA-3.0": 5, "CC0-1.0": 1}, "manual": {"GPL-3.0-only": 1}}, compilation="CC-BY-4.0"
    )["conflicts"]
    assert conflict["message"] == (
        "no licence is open to one work made of all: CC-BY-SA-3.0 ('wiki') against GPL-3.0-only ('manual')"
    )
    edits = {"news": {"navigation": 7, "line-end": 4, "byline": 1}}
    (conflict,) = _aggregate({"news": {"CC-BY-ND-4.0": 1}}, compilation="CC-BY-ND-4.0", edits=edits)[
        "conflicts"
    ]
    assert "1 article of 'news' is under CC-BY-ND-4.0" in conflict["message"]
    assert "8 edits" in conflict["message"]


def test_stated_conditions_are_those_of_a_licence_ref() -> None:
    """What a curator states makes terms known; a reservation of mining keeps them out of `permissive`."""
    sources = [
        {"name": "a", "license": "LicenseRef-a", "conditions": ["attribution"]},
        {"name": "b", "license": "LicenseRef-b AND MIT", "conditions": [], "tdm_opt_out": True},
        {"name": "c", "license": "CC-BY-4.0", "tdm_opt_out": True},
    ]
    from corpuskit.licenses import declared

    stated = declared(sources)
    assert stated == {"LicenseRef-a": {"attribution"}, "LicenseRef-b": {"mining-reserved"}}
    articles = {"a": {"LicenseRef-a": 1}, "b": {"LicenseRef-b": 1}, "c": {"CC-BY-4.0": 1}}
    facts = _aggregate(articles, sources=sources, declared=stated, compilation="MIT")
    permissive = {name: told["permissive"] for name, told in facts["terms"].items()}
    # The CC licence itself permits mining, whatever a page says beside it.
    assert permissive == {"LicenseRef-a": True, "LicenseRef-b": False, "CC-BY-4.0": True}
    assert facts["whole"]["mining_reserved"] == ["b", "c"]
    assert facts["conflicts"] == []


@given(
    st.dictionaries(st.sampled_from("abc"), st.dictionaries(IDS, st.integers(1, 9), min_size=1), min_size=1),
    st.sampled_from(["CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0"]),
)
def test_what_excluding_leaves_is_in_no_conflict_of_single_articles(
    articles: dict[str, dict[str, int]], compilation: str
) -> None:
    """Without the articles at fault only share-alike against share-alike is left, and nothing that gates."""
    edits = {"a": {"navigation": 1}}
    rule = Rule(deny=("MIT",), on_conflict="exclude", compilation=compilation)
    left = {
        n: {x: k for x, k in f.items() if fault(x, edits.get(n, {}), rule) is None}
        for n, f in articles.items()
    }
    assert {c.kind for c in conflicts(left, edits, _sources(articles), rule)} <= {"share-alike-conflict"}
    assert not any(c.gates for c in conflicts(left, edits, _sources(articles), rule))


# --- slips of the pen ---

NEAREST = {
    "CC BY-SA 4.0": "CC-BY-SA-4.0",
    "cc-by-sa": "CC-BY-SA-4.0",
    "CC-BY-ND-NC-4.0": "CC-BY-NC-ND-4.0",
    "CC-BY-SA-4.O": "CC-BY-SA-4.0",
    "Apache2": "Apache-2.0",
    "GPLv3": "GPL-3.0-only",
    "MIT OR Aapche-2.0": "MIT OR Apache-2.0",
    "CC BY-SA 3.0 or GPL-2+": "CC-BY-SA-3.0 OR GPL-2.0-or-later",
    "CC0": "CC0-1.0",
    "odc-by": "ODC-By-1.0",
    "all rights reserved": None,
    "public domain": None,
    "": None,
    "((MIT)": None,
}


@pytest.mark.parametrize(("text", "near"), NEAREST.items())
def test_the_nearest_licence(text: str, near: str | None) -> None:
    """What people write for a licence, and the expression that is meant; what is near to nothing has none."""
    assert nearest_license(text) == near


@given(st.text())
def test_no_text_ends_the_search_for_the_nearest(text: str) -> None:
    """Whatever stands there, the nearest licence and language are canonical or none."""
    near, tag = nearest_license(text), nearest_language(text)
    assert near is None or ways(near) is not None
    assert tag is None or nearest_language(tag) == tag


MISTAKES = {
    ('license = "CC-BY-4.0"', 'license = "CC BY-SA 4.0"'): "Did you mean `CC-BY-SA-4.0`?",
    ('license = "CC0-1.0"', 'license = "CC0"'): "Did you mean `CC0-1.0`?",
    ('license = "CC-BY-4.0"', 'license = "free for all"'): "LicenseRef-",
    ('language = "id"', 'language = "Indonesian"'): "Did you mean `id` \\(Indonesian\\)?",
    ('language = "id"', 'language = "en-UK"'): "Did you mean `en-GB` \\(English \\(United Kingdom\\)\\)?",
    ("max_loss", 'conditions = ["attribution"]\nmax_loss'): "conditions: what CC-BY-4.0 asks",
    ("max_loss", 'claim = [{ license = "CC-BY" }]\nmax_loss'): "claim\\[0\\].license.*Did you mean `CC-BY-4.0`?",
    ("max_loss", 'claim = [{ license = "MIT", sene = "x" }]\nmax_loss'): "sene.*Did you mean `seen`?",
    ("max_loss", 'claim = [{ license = "MIT", seen = "yesterday" }]\nmax_loss'): "seen",
    ("max_loss", 'claim = [{ url = "https://example.org" }]\nmax_loss'): "license",
    ("max_loss", 'term = "soon"\nmax_loss'): "term",
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), MISTAKES.items())
def test_mistakes_in_corpus_toml(corpus: Corpus, change: tuple[str, str], told: str) -> None:
    """A wrong licence, language, claim or condition is refused where it stands, with what may be meant."""
    spec = corpus({"a.jsonl": b""})
    spec.write_text(spec.read_text().replace(*change))
    with pytest.raises(SpecError) as refused:
        corpuskit.build(spec, spec.parent / "out")
    assert refused.match(told.replace("?", "\\?"))
    assert refused.value.line


def test_one_licence_ref_has_one_set_of_conditions(corpus: Corpus) -> None:
    """Two sources that state different conditions of the same terms contradict each other."""
    spec = corpus({"a.jsonl": b""}, source='conditions = ["attribution"]')
    text = spec.read_text().replace('"CC-BY-4.0"', '"LicenseRef-x"')
    other = (
        text[text.index("[[source]]") :]
        .replace('"one"', '"two"')
        .replace('"attribution"', '"non-commercial"')
    )
    spec.write_text(text + other)
    with pytest.raises(SpecError, match="'one' states other conditions of LicenseRef-x"):
        corpuskit.build(spec, spec.parent / "out")


# --- builds ---


def _manifest(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release / "manifest.json").read_bytes())
    return found


TWO = """
[corpus]
name = "dua"
version = "1.0.0"
license = "CC-BY-SA-4.0"
released = 2026-11-24
[[source]]
name = "pages"
files = ["pages/*.txt"]
license = "{pages}"
license_url = "https://example.org/terms"
language = "id"
navigation = {{ cut_from = "Kalender" }}
publisher = "Warta | Desa"
credit = "© Warta Desa <redaksi@example.org>"
term = 2026-06-30
tdm_opt_out = true
[[source]]
name = "notes"
files = ["notes.jsonl"]
license = "Apache-2.0"
language = "id"
[[source.claim]]
license = "Apache-2.0"
url = "https://example.org/repo/LICENSE"
found = "file LICENSE of the repository"
seen = 2026-11-20
sha256 = "{sha256}"
[[source.claim]]
license = "CC-BY-SA-4.0"
found = "data/README.md"
[output]
configs = ["license"]
[licensing]
{rule}
"""


@pytest.fixture
def two(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes two sources: pages whose navigation is cut, and notes with licences of their own."""

    def write(pages: str = "CC-BY-4.0", rule: str = "", folder: str = "in") -> Path:
        root = tmp_path / folder
        (root / "pages").mkdir(parents=True)
        for i in range(6):
            text = f"Judul {i}\n\n2017-12-19 13:16:0{i}\n\nKalimat ke-{i} dari isi berita ini.\n\nKalender\nBerita:\n"
            (root / "pages" / f"{i}.txt").write_text(text, encoding="utf-8")
        own = ["Apache-2.0", "CC-BY-NC-4.0", "GPL-2.0-only", "MIT OR GPL-2.0-only"]
        notes = [article(i, license=own[i % 4]) for i in range(12)]
        (root / "notes.jsonl").write_bytes(jsonl(notes))
        (root / "corpus.toml").write_text(
            TWO.format(pages=pages, rule=rule, sha256="ab" * 32), encoding="utf-8"
        )
        return root / "corpus.toml"

    return write


def test_the_register_stands_in_notice_card_and_findings(two: Callable[..., Path], tmp_path: Path) -> None:
    """Both claims side by side with their evidence, the credit, the term, the edits; what differs is flagged."""
    release = corpuskit.build(two(), tmp_path / "out")
    assert corpuskit.verify(release.path) == []
    kinds = ("differing-claims", "ended-term", "compilation-license", "share-alike-conflict")
    assert {kind: release.findings.get(kind) for kind in kinds} == {
        "differing-claims": 1, "ended-term": 1, "compilation-license": 1, "share-alike-conflict": 1,
    }  # fmt: skip
    notice = (release.path / "NOTICE.md").read_text(encoding="utf-8")
    pages, notes = notice.split("## pages")[1].split("## notes")
    assert "- Credit: © Warta Desa &lt;redaksi@example.org&gt;\n" in pages
    assert "[https://example.org/terms](https://example.org/terms)" in pages
    assert "- The licence holds until 2026-06-30\n" in pages
    assert "mining is reserved" in pages
    assert "- Changes: `navigation` was cut 6 times." in pages
    assert "nothing was taken out" in notes
    assert f"file LICENSE of the repository, seen 2026-11-20, sha256 `{'ab' * 32}`\n" in notes
    assert "CC-BY-SA-4.0.html), data/README.md (differs from the licence that is applied)\n" in notes
    assert (
        "3 of them state MIT OR GPL-2.0-only: [MIT](https://spdx.org/licenses/MIT.html), [GPL-2.0-only]"
        in notes
    )
    assert "not legal advice" in notice
    card = (release.path / "README.md").read_text(encoding="utf-8")
    assert "| may use them commercially | no | `CC-BY-NC-4.0` (`notes`) |" in card
    assert "| may make one work of them all | no licence is open to it |" in card
    assert "Claims about `notes`, where [Apache-2.0]" in card
    assert "`share-alike-conflict`: no licence is open" in card
    found = [json.loads(line) for line in (release.audit / "findings.jsonl").read_text().splitlines()]
    severities = {f["kind"]: f["severity"] for f in found}
    assert (severities["share-alike-conflict"], severities["compilation-license"]) == ("info", "warning")


def test_permissive_is_the_union_of_what_may_be_used_freely(two: Callable[..., Path], tmp_path: Path) -> None:
    """It loads with `load_dataset`, has no row twice, and is decided by expression: MIT OR GPL is in it."""
    import datasets

    release = corpuskit.build(two(), tmp_path / "out")
    manifest = _manifest(release.path)
    assert manifest["config_rule"]["unions"] == {
        "permissive": ["license-apache-2.0", "license-cc-by-4.0", "license-mit-or-gpl-2.0-only"]
    }
    assert manifest["configs"]["permissive"] == {"train": 12}
    loaded = datasets.load_dataset(str(release.path), "permissive", cache_dir=str(tmp_path / "hf"))
    rows = loaded["train"].to_list()
    keys = [(row["source"], row["id"]) for row in rows]
    assert len(keys) == len(set(keys)) == 12
    assert {row["license"] for row in rows} == {"Apache-2.0", "CC-BY-4.0", "MIT OR GPL-2.0-only"}
    read = [row for batch in corpuskit.read(release.path, config="permissive") for row in batch.to_pylist()]
    assert sorted((row["source"], row["id"]) for row in read) == sorted(keys)


@pytest.mark.parametrize(
    ("license_", "expected"), [("CC-BY-NC-4.0", None), ("LicenseRef-x", None), ("CC0-1.0", {"train": 2})]
)
def test_permissive_is_there_whenever_an_article_is_in_it(
    corpus: Corpus, tmp_path: Path, license_: str, expected: dict[str, int] | None
) -> None:
    """Absent where no article is permissive, present also where all are; without configs by licence there is none."""
    records = [article(i, license=license_) for i in range(2)]
    spec = corpus({"a.jsonl": jsonl(records)}, extra='[output]\nconfigs = ["license", "language"]')
    release = corpuskit.build(spec, tmp_path / "out")
    assert _manifest(release.path)["configs"].get("permissive") == expected
    assert corpuskit.verify(release.path) == []
    plain = corpus({"a.jsonl": jsonl(records)}, folder="plain")
    assert list(_manifest(corpuskit.build(plain, tmp_path / "plain").path)["configs"]) == ["default"]


def test_a_conflict_warns_excludes_or_refuses(two: Callable[..., Path], tmp_path: Path) -> None:
    """Excluded articles are removed with the kind of conflict as reason; refused builds write only the audit folder."""
    nd = "CC-BY-ND-4.0"
    release = corpuskit.build(
        two(nd, 'on_conflict = "exclude"\ndeny = ["GPL-2.0-only"]', "a"), tmp_path / "a"
    )
    ledger = pq.read_table(release.audit / "ledger.parquet").to_pylist()
    assert {(row["source"], row["reason"]) for row in ledger if row["fate"] == "removed"} == {
        ("pages", "edited-no-derivatives"), ("notes", "compilation-license"), ("notes", "license-conflict"),
    }  # fmt: skip
    assert release.accounts["removed"] == 6 + 3 + 3
    assert _manifest(release.path)["licensing"]["conflicts"] == []
    assert corpuskit.verify(release.path) == []
    with pytest.raises(BuildRefused) as refused:
        corpuskit.build(two(nd, 'on_conflict = "refuse"', "b"), tmp_path / "b")
    assert refused.value.exit_code == 1
    assert "6 edits cut into texts of 'pages'" in str(refused.value)
    found = refused.value.outcome["findings"]
    # ND and NC beside a licence that permits both; what matters to one work made of all does not refuse a collection.
    assert (found["edited-no-derivatives"], found["compilation-license"], found["share-alike-conflict"]) == (
        1,
        1,
        1,
    )
    assert "share-alike" not in str(refused.value)
    assert (tmp_path / "b/dua-1.0.0.audit/ledger.parquet").is_file()
    assert not (tmp_path / "b/dua-1.0.0").exists()


def test_one_work_made_of_all_refuses_share_alike_against_another(corpus: Corpus, tmp_path: Path) -> None:
    """What may stand side by side in a collection is refused as one work, both licences and their sources named."""
    records = [article(1, license="CC-BY-SA-4.0"), article(2, license="GPL-2.0-only")]
    rule = '[licensing]\non_conflict = "refuse"\n'
    assert corpuskit.build(corpus({"a.jsonl": jsonl(records)}, extra=rule), tmp_path / "out")
    spec = corpus({"a.jsonl": jsonl(records)}, extra=rule + 'work = "adaptation"', folder="work")
    with pytest.raises(BuildRefused, match=r"CC-BY-SA-4.0 \('one'\) against GPL-2.0-only \('one'\)"):
        corpuskit.build(spec, tmp_path / "work")


def test_only_kept_articles_count(corpus: Corpus, tmp_path: Path) -> None:
    """A licence that only a duplicate or a reject states is in no conflict and not in the aggregate."""
    records = [
        article(1, license="MIT"),
        {**article(1, license="GPL-3.0-only"), "id": "z"},
        {"id": "leer", "text": "", "license": "GPL-3.0-only"},
    ]
    rule = '[licensing]\ndeny = ["GPL-3.0-only"]\non_conflict = "refuse"'
    release = corpuskit.build(corpus({"a.jsonl": jsonl(records)}, extra=rule), tmp_path / "out")
    manifest = _manifest(release.path)
    kept = list(manifest["statistics"]["licenses"])
    assert list(manifest["licensing"]["terms"]) == kept
    assert manifest["statistics"]["by_source"]["one"]["licenses"] == manifest["statistics"]["licenses"]


def test_another_compilation_licence_is_another_outcome(corpus: Corpus, tmp_path: Path) -> None:
    """What a cached build found of the compilation's licence is found anew when that changes."""
    spec = corpus({"a.jsonl": jsonl([article(1, license="CC-BY-NC-4.0")])})
    assert corpuskit.build(spec, tmp_path / "out").findings == {"compilation-license": 1}
    spec.write_text(spec.read_text().replace("CC0-1.0", "CC-BY-NC-4.0"))
    release = corpuskit.build(spec, tmp_path / "out", replace=True)
    assert release.findings == {}
    assert corpuskit.verify(release.path) == []


# --- what verify finds ---


def _write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Put a manifest into a copy of a release whose documents say the same: only the data can contradict it."""
    from corpuskit import manifest as manifests

    for name, (_, text) in render_documents(manifest).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        data = (folder / name).read_bytes()
        entry = next(e for e in manifest["files"] if e["path"] == name)
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifests.write_manifest(folder, manifest)


LIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "commercial use": lambda m: m["licensing"]["whole"]["commercial_use"].update(answer="yes", sources=[]),
    "no conflicts": lambda m: m["licensing"]["conflicts"].clear(),
    "a condition less": lambda m: m["licensing"]["terms"]["CC-BY-NC-4.0"]["conditions"].remove("non-commercial"),
    "permissive": lambda m: m["licensing"]["terms"]["GPL-2.0-only"].update(permissive=True),
    "articles moved": lambda m: m["statistics"]["by_source"]["notes"]["licenses"].update({"MIT": 3}),
    "an adaptation": lambda m: m["licensing"]["whole"]["adaptation"].update(answer="any"),
    "the compilation": lambda m: m["corpus"].update(license="CC-BY-NC-4.0"),
    "work": lambda m: m["licensing"]["rule"].update(work="adaptation"),
    "another union": lambda m: m["config_rule"]["unions"]["permissive"].append("license-gpl-2.0-only"),
    "no union": lambda m: [
        m["config_rule"]["unions"].clear(), m["configs"].pop("permissive"), m["arrow_bytes"].pop("permissive"),
    ],
    "rows of it": lambda m: m["configs"]["permissive"].update(train=18),
    "bytes of it": lambda m: m["arrow_bytes"]["permissive"].update(train=1),
    "no rule": lambda m: m["licensing"]["rule"].clear(),
    "nothing": lambda m: m["licensing"].pop("rule"),
}  # fmt: skip


@pytest.mark.parametrize("copied", [False, True], ids=["with its audit folder", "a published copy"])
def test_every_lie_about_licensing_is_found(
    two: Callable[..., Path], tmp_path: Path, *, copied: bool
) -> None:
    """Whatever the manifest falsely says of licences, documents and digests being in line with it, verify tells."""
    release = corpuskit.build(two(), tmp_path / "out")
    for number, (name, lie) in enumerate(LIES.items()):
        folder = tmp_path / str(number) / release.path.name
        shutil.copytree(release.path, folder)
        if not copied:
            shutil.copytree(release.audit, folder.with_name(release.audit.name))
        manifest = _manifest(folder)
        _write(folder, manifest)
        assert {f.kind for f in corpuskit.verify(folder)} <= {"no-audit"}, name
        lie(manifest)
        try:
            _write(folder, manifest)
        except (KeyError, AttributeError):  # no card can be rendered from it: the manifest alone lies
            from corpuskit import manifest as manifests

            manifests.write_manifest(folder, manifest)
        found = [f for f in corpuskit.verify(folder) if f.severity == "error"]
        assert found, name
        shutil.rmtree(folder.parent)


def test_edits_of_one_source_told_of_another_are_found(two: Callable[..., Path], tmp_path: Path) -> None:
    """The audit folder knows whose edits they are, where the sums alone are right."""
    release = corpuskit.build(two(), tmp_path / "out")
    manifest = _manifest(release.path)
    edits = manifest["edits"]
    edits["notes"]["navigation"] = edits["pages"].pop("navigation")
    _write(release.path, manifest)
    assert {f.kind for f in corpuskit.verify(release.path)} == {"wrong-content"}


# --- real data ---


def test_handbook(shared: Shared, tmp_path: Path) -> None:
    """The Debian handbook, "CC BY-SA 3.0 or GPL-2+": either will do for one work, and neither is permissive."""
    folder = shared("multi-handbook")
    (tmp_path / "corpus.toml").write_text(
        f"""
        [corpus]
        name = "handbook"
        version = "1.0.0"
        license = "CC-BY-SA-4.0"
        [[source]]
        name = "handbook"
        files = ["{folder}/pages.jsonl.zst"]
        license = "CC-BY-SA-3.0 OR GPL-2.0-or-later"
        max_loss = 1
        [output]
        configs = ["license"]
        """
    )
    release = corpuskit.build(tmp_path / "corpus.toml", tmp_path / "out")
    facts = _manifest(release.path)
    assert facts["statistics"]["licenses"] == {"CC-BY-SA-3.0 OR GPL-2.0-or-later": 1220}
    whole = facts["licensing"]["whole"]
    assert (whole["commercial_use"]["answer"], whole["share_alike"]["answer"]) == ("yes", "yes")
    assert {"CC-BY-SA-3.0", "CC-BY-SA-4.0", "GPL-2.0-only", "GPL-3.0-only"} <= set(
        whole["adaptation"]["licenses"]
    )
    assert facts["licensing"]["conflicts"] == []
    assert "permissive" not in _manifest(release.path)["configs"]
    assert corpuskit.verify(release.path) == []
