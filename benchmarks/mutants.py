"""Real records damaged at random: each mutant is the bytes of one line, the same for the same seed.

Most ways change the value and write it again; the others change the bytes, so that the result may be no JSON at
all, two records instead of one, or the same record spelled in another way.
"""

from __future__ import annotations

import copy
import json
import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# Stands where bytes go in that `json.dumps` would not write.
_HERE = "\x00here\x00"
_HERE_RAW = json.dumps(_HERE).encode()
LITERALS = [
    b"NaN", b"-Infinity", b"1e400", b"-1e-400", b"1.0", b"1e2", b"-0", b"-0.0", b"007", b"+1", b".5", b"1.", b"0x1F",
    b"9007199254740993", b"18446744073709551616", b"-9223372036854775809", b"12345678901234567890123", b"1E+2",
    b"1" + b"0" * 3999, b"1" + b"0" * 4000, b"1" + b"0" * 400, b"0.1", b"1e-7", b"true", b"null", b"True", b"nul",
    b"{}", b"[]", b"[1,]", b"{,}", b"''", b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\udc00\\ud800"', b'"\\x41"',
    b"[" * 62 + b"]" * 62, b"[" * 63 + b"]" * 63, b"[" * 64 + b"]" * 64, b'{"a":' * 63 + b"1" + b"}" * 63,
    b'"\\u00e9"', b'"\\u0000"', b'"\x7f"', b'"\xc2\x85"', b'"\xe2\x80\xa8"', b'"\xed\xa0\x80"', b'"\xc0\x80"',
    b'"\xf4\x90\x80\x80"',
    b'"]}"', b'"\\"}"', b'{"a":1,"a":1}', b'{"a":1,"\\u0061":1}', b'{"a" :1,"b"\t:2}', b'"\\":"', b'{"\\"":1}',
]  # fmt: skip
SNIPPETS = [
    b"\x00", b"\x07", b"\x1f", b"\x7f", b"\xff", b"\xc3", b"\xe2\x80", b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80",
    b"\xed\xa0\xbd", b'"', b"\\", b"\\u", b"\\ud83d", b"\\n", b"/", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\t",
    b"\r", b"\n", b"\r\n", b"\x0b", b"\x0c", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xe3\x80\x80", b"-", b"0", b"e", b".",
    b"null", b"//", b"\x1e",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**30, 2**53 + 1, "", " ", "x", "\u00e9" * 3, "\U0001f600", [], {}, ["x"], [None],
    {"a": 1}, "2024-02-29", "2023-02-29", "2017-12-19T13:16:05+07:00", "2017-12-19 13:16:05", "2017-12-31T23:59:60Z",
    "http://contoh.example/a?b=c#d", "http://contoh.example/a b", "http://\u00e9.example/", "contoh.example",
    "a@b.example", [1, 1.0], [{"a": 1}, {"a": 1.0}], ["e\u0301", "\u00e9"], "\ufeff", "\u0085", "\u00a0", "0", "id",
    "ID", "xx-XX",
]  # fmt: skip

NAMES = ["x", "x-note", "", "a/b", "m~n", "Id", "\u00e9", "pattern", "7"]

Change = Callable[[random.Random, dict[str, Any]], Any]


def dump(value: Any) -> bytes:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _drawn(pick: random.Random, values: Sequence[Any] = VALUES) -> Any:
    """One of some values, for the record alone."""
    return copy.deepcopy(pick.choice(values))


def _inside(pick: random.Random, value: dict[str, Any]) -> tuple[Any, Any]:
    """A container of a record, drawn from outside in, and a key or index of it."""
    holder: Any = value
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = pick.choice(keys)
        below = holder[key]
        if not isinstance(below, dict | list) or not below or pick.random() < 0.4:
            return holder, key
        holder = below


def _delete(pick: random.Random, value: dict[str, Any]) -> None:
    holder, key = _inside(pick, value)
    del holder[key]


def _replace(pick: random.Random, value: dict[str, Any]) -> None:
    holder, key = _inside(pick, value)
    holder[key] = _drawn(pick)


def _wrap(pick: random.Random, value: dict[str, Any]) -> None:
    holder, key = _inside(pick, value)
    ways = [lambda v: [v], lambda v: {"value": v}, str, lambda v: [v, copy.deepcopy(v)]]
    holder[key] = pick.choice(ways)(holder[key])


def _literal(pick: random.Random, value: dict[str, Any]) -> None:
    holder, key = _inside(pick, value)
    holder[key] = _HERE


def _add(pick: random.Random, value: dict[str, Any]) -> None:
    holder, _ = _inside(pick, value)
    if isinstance(holder, dict):
        holder[pick.choice(NAMES)] = _drawn(pick)
    else:
        holder.insert(pick.randrange(len(holder) + 1), _drawn(pick, [*VALUES, *holder]))


def _text(pick: random.Random, value: dict[str, Any]) -> None:
    """Change one string: cut, padded, in another form of Unicode, a character replaced, letters of other case."""
    holder, key = _inside(pick, value)
    old = str(holder[key])
    at = pick.randrange(len(old) + 1)
    holder[key] = pick.choice([
        lambda: old[:at], lambda: old[at:], lambda: old + pick.choice(["\n", " ", "\u200b", "\ufeff"]),
        lambda: unicodedata.normalize("NFD", old), lambda: unicodedata.normalize("NFC", old), old.upper, old.title,
        lambda: old[:at] + pick.choice("0aZ .:/-+*,\u00e9\u0663\n\t\U0001f600") + old[at + 1 :],
        lambda: old[:at] + pick.choice("0aZ .:/-+%\\|\u00e9") + old[at:], lambda: old * 2, lambda: old[::-1],
    ])()  # fmt: skip


def _rename(pick: random.Random, value: dict[str, Any]) -> None:
    holder, key = _inside(pick, value)
    if isinstance(holder, dict):
        holder[pick.choice([key.upper(), key + " ", key + "\n", "x" + key])] = holder.pop(key)
    else:
        holder.append(copy.deepcopy(holder[key]))


_CHANGES: list[Change] = [
    _delete,
    _replace,
    _replace,
    _wrap,
    _literal,
    _literal,
    _add,
    _text,
    _text,
    _text,
    _rename,
]


def _changed(pick: random.Random, value: dict[str, Any]) -> bytes:
    value = copy.deepcopy(value)
    for _ in range(pick.choice([1, 1, 1, 2, 3])):
        if value:
            pick.choice(_CHANGES)(pick, value)
    return dump(value).replace(_HERE_RAW, pick.choice(LITERALS))


def _damaged(pick: random.Random, value: dict[str, Any]) -> bytes:
    """Bytes cut, doubled, swapped, put in or left out."""
    raw = dump(value)
    at, other = sorted((pick.randrange(len(raw)), pick.randrange(len(raw))))
    near = min(at + pick.randrange(1, 4), len(raw))
    return pick.choice([
        lambda: raw[:at], lambda: raw[at:], lambda: raw + raw, lambda: raw[:at] + raw[near:],
        lambda: raw[:at] + pick.choice(SNIPPETS) + raw[at:], lambda: raw[:at] + pick.choice(SNIPPETS) + raw[near:],
        lambda: raw[:at] + raw[other : other + 1] + raw[at + 1 : other] + raw[at : at + 1] + raw[other + 1 :],
        lambda: raw[:at] + bytes([pick.randrange(256)]) + raw[at + 1 :],
        lambda: pick.choice(SNIPPETS) + raw, lambda: raw + pick.choice(SNIPPETS), lambda: b"[" + raw + b"]",
        lambda: raw[:-1] + b"," + dump(dict([pick.choice(list(value.items()))]))[1:],
        lambda: raw[:-1] + b',"' + "".join(f"\\u{ord(c):04x}" for c in pick.choice(list(value))).encode() + b'":0}',
    ])()  # fmt: skip


def _respelled(pick: random.Random, value: dict[str, Any]) -> bytes:
    """The same record in other bytes."""
    return pick.choice([
        lambda: json.dumps(value).encode(), lambda: json.dumps(value, separators=(" ,\t", " : ")).encode(),
        lambda: b" \t" + dump(value) + b" \r", lambda: dump(dict(reversed(value.items()))),
        lambda: json.dumps(value).replace("/", "\\/").encode(), lambda: dump(value) + b"\r",
    ])()  # fmt: skip


def mutants(records: Sequence[dict[str, Any]], count: int, seed: int) -> Iterator[bytes]:
    """So many mutants of records, some of which are the record itself."""
    pick = random.Random(seed)
    for _ in range(count):
        value, chance = pick.choice(records), pick.random()
        way = _changed if chance < 0.7 else _damaged if chance < 0.95 else _respelled
        yield way(pick, value)
