"""Statistics: what one pass counts is what plain Python counts, however the rows are cut."""

import re
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit import stats
from corpuskit.schema import built_in
from corpuskit.stats import Statistics

SCHEMA = built_in()
TEXTS = st.text(st.sampled_from("ab \n\t\x0b\r\u00a0\u5b57"), max_size=12)
DATES = st.sampled_from([None, "2017", "2017-12", "2017-12-19", "2018-01-01"])
URLS = st.sampled_from(
    [None, "https://a.example/x", "HTTP://me@A.example:80/", "mailto:x", "https://b.example"]
)
ROWS = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["s", "t"]),
        "language": st.sampled_from(["id", "jv"]),
        "license": st.sampled_from(["MIT", "CC0-1.0"]),
        "text": TEXTS,
        "published_date": DATES,
        "url": URLS,
    }
)


def _table(rows: list[dict[str, Any]]) -> Any:
    return pa.Table.from_pylist(
        [{"id": str(i), **row} for i, row in enumerate(rows)], SCHEMA.arrow.remove_metadata()
    )


def _words(text: str) -> int:
    return len(re.findall(rb"[^ \t-\r]+", text.encode()))


@given(st.lists(ROWS, max_size=30), st.integers(0, 30))
@settings(deadline=None)
def test_counts_are_those_of_plain_python(rows: list[dict[str, Any]], cut: int) -> None:
    """Rows counted in two pieces, packed and merged, give what a loop over all rows gives."""
    first, second = Statistics(), Statistics()
    first.add(_table(rows[:cut]), SCHEMA)
    second.add(_table(rows[cut:]), SCHEMA)
    first.merge(Statistics.unpacked(second.packed()))
    found = first.as_dict()
    texts = [row["text"] for row in rows]
    assert found["rows"] == len(rows)
    assert found["chars"] == sum(map(len, texts))
    assert found["words"] == sum(map(_words, texts))
    assert found["text_bytes"] == sum(len(text.encode()) for text in texts)
    assert found["sources"] == dict(Counter(row["source"] for row in rows))
    for source, told in found["by_source"].items():
        own = [row for row in rows if row["source"] == source]
        dates = [row["published_date"] for row in own if row["published_date"]]
        assert told["words"] == sum(_words(row["text"]) for row in own)
        assert told["languages"] == dict(Counter(row["language"] for row in own))
        assert told["years"] == dict(Counter(date[:4] for date in dates))
        assert (told["earliest"], told["latest"]) == (min(dates, default=None), max(dates, default=None))
    dates = [row["published_date"] for row in rows if row["published_date"]]
    assert found["months"] == dict(Counter(date[:7] for date in dates))
    hosts = Counter(
        "b.example" if "b." in url else "a.example" for row in rows if (url := row["url"]) and "//" in url
    )
    assert found["domains"] == {"count": len(hosts), "most": dict(hosts)}
    assert sum(count for _, count in found["length_histogram"]) == len(rows)
    for low, count in found["length_histogram"]:
        assert count == sum(low <= len(text) < max(2 * low, 1) for text in texts)


@given(st.lists(st.none() | TEXTS, max_size=30), st.integers(1, 40), st.integers(0, 5))
@settings(deadline=None)
def test_words_are_the_same_whatever_is_looked_at_at_once(
    texts: list[str | None], window: int, first: int
) -> None:
    """A window that ends within a word, a character or a string changes no count."""
    column = pa.array(texts, pa.string()).slice(first)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stats, "_WINDOW", window)
        (found,) = stats._words(column)
    assert found.tolist() == [_words(text or "") for text in texts[first:]]


def test_no_rows() -> None:
    """Statistics of nothing are zeros, and no date."""
    found = Statistics().as_dict()
    assert (found["rows"], found["chars"], found["earliest"], found["length_chars"]) == (0, 0, None, {})
