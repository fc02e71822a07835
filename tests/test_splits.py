"""The published split rule: recomputable by anyone, and nothing moves."""

import hashlib
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.splits import is_split_name, rule, split_order, splitter

SHARES = {"train": Fraction("0.8"), "validation": Fraction("0.1"), "test": Fraction("0.1")}


def _by_hand(key: str, salt: str) -> str:
    """The rule of the contract in other words: test [0, 0.1), validation [0.1, 0.2), train the rest."""
    u = int(hashlib.sha256(salt.encode() + b"\x00" + key.encode()).hexdigest()[:16], 16)
    return "test" if u * 10 < 2**64 else "validation" if u * 5 < 2**64 else "train"


@given(st.text(), st.text(alphabet="abc", max_size=3))
def test_rule_is_the_published_one(key: str, salt: str) -> None:
    """A split is what the published rule gives, computed another way."""
    assert splitter(SHARES, salt)(key.encode()) == _by_hand(key, salt)


def test_known_answers() -> None:
    """A few splits, fixed for ever."""
    split = splitter(SHARES, "contoh")
    known = [
        "train",
        "train",
        "train",
        "train",
        "test",
        "train",
        "train",
        "validation",
        "validation",
        "train",
        "train",
        "validation",
    ]
    assert [split(f"artikel {i}".encode()) for i in range(12)] == known


def test_shares_are_met() -> None:
    """Over many keys each split gets its share."""
    split = splitter(SHARES, "s")
    names = [split(str(i).encode()) for i in range(20_000)]
    for name, share in SHARES.items():
        assert abs(names.count(name) / len(names) - share) < 0.01


@pytest.mark.parametrize("change", ["append 1", "append 10 %", "insert first", "remove one", "shuffle"])
def test_no_article_moves(change: str) -> None:
    """After any change of a corpus of 2,000 articles, every article that stays is in the split it was in."""
    articles = [f"Isi artikel {i}" for i in range(2000)]
    changed = {
        "append 1": [*articles, "baru"],
        "append 10 %": [*articles, *(f"baru {i}" for i in range(200))],
        "insert first": ["baru", *articles],
        "remove one": articles[:777] + articles[778:],
        "shuffle": random.Random(1).sample(articles, len(articles)),
    }[change]
    split = splitter(SHARES, "s")
    before = {a: split(a.encode()) for a in articles}
    after = {a: splitter(SHARES, "s")(a.encode()) for a in changed}
    assert [a for a in before if a in after and before[a] != after[a]] == []


def test_salt_decides() -> None:
    """Another salt gives another division."""
    keys = [str(i).encode() for i in range(500)]
    assert [splitter(SHARES, "a")(k) for k in keys] != [splitter(SHARES, "b")(k) for k in keys]


def test_everything_or_nothing() -> None:
    """A share of 1 takes all, a share of 0 takes none, and train takes what is left."""
    assert {splitter({"test": Fraction(1)}, "")(str(i).encode()) for i in range(200)} == {"test"}
    assert {
        splitter({"test": Fraction(0), "train": Fraction(1)}, "")(str(i).encode()) for i in range(200)
    } == {"train"}


def test_names_and_order() -> None:
    """Split names are words; train, validation and test come first."""
    assert [is_split_name(n) for n in ("test", "a_1", "a-b", "", "../x", 3, None)] == [True, True] + [
        False
    ] * 5
    assert sorted(["zeta", "test", "alpha", "train", "validation"], key=split_order) == [
        "train", "validation", "test", "alpha", "zeta",
    ]  # fmt: skip


def test_rule_states_what_is_needed() -> None:
    """The manifest's rule holds salt, key and shares."""
    stated = rule(SHARES, "s", "text", None)
    assert (stated["salt"], stated["by"], stated["shares"]) == (
        "s",
        "text",
        {"test": 0.1, "train": 0.8, "validation": 0.1},
    )
