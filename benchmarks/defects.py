"""Ways to break a record, each with its name, what must become of the record, and the code that writes it.

A way is one line in a table. The fate follows the contract: what is not strict JSON, what has the wrong type in
id, title or text, and what the article schema refuses costs the record; a wrong type elsewhere costs a finding
at most. `warning` is the finding that a kept record must carry; `readable` says whether a strict reader can
know the id.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

Record = dict[str, object]
Write = Callable[[Record], bytes]

MARK = "@@raw@@"
NAVIGATION = (
    "Kalender\n\nKabar:\nKota Desa Pesisir Gunung\nRubrik:\nEkonomi Budaya Olahraga Cuaca\nSitus:\nPeta\n",
    "Jelajah\n\nTerbaru:\nPagi Siang Malam Sepekan\nGaleri:\nFoto Video Peta Suara\n",
)

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Way(NamedTuple):
    """One way to break a record, and what must become of it."""

    expected: str
    warning: str | None
    readable: bool
    write: Write


def encoded(value: object) -> bytes:
    """Encode a value as JSON on one line."""
    return _compact(value).encode()


def page(record: Record, *, stamp: bool = True, body: bool = True, navigation: bool = True) -> bytes:
    """Lay out a record as a crawled page: title, stamp, body, navigation."""
    blocks = [str(record["title"])]
    if stamp:
        blocks.append(str(record["published"])[:19].replace("T", " "))
    if body:
        blocks.append(str(record["text"]))
    if navigation:
        blocks.append(NAVIGATION[len(blocks[0]) % 2].rstrip("\n"))
    return ("\n\n".join(blocks) + "\n").encode()


def rejected(write: Write, *, readable: bool = False) -> Way:
    """Name a way that costs the record."""
    return Way("rejected", None, readable=readable, write=write)


def kept(write: Write, warning: str | None = None) -> Way:
    """Name a way that costs at most a warning."""
    return Way("kept", warning, readable=True, write=write)


def with_value(field: str, value: object) -> Write:
    """Give a field another value."""
    return lambda record: encoded({**record, field: value})


def with_raw(field: str, raw: bytes) -> Write:
    """Give a field a value that need not be JSON."""
    return lambda record: encoded({**record, field: MARK}).replace(f'"{MARK}"'.encode(), raw)


def within_text(raw: bytes) -> Write:
    """Put bytes into the middle of the text, inside its quotes."""

    def write(record: Record) -> bytes:
        text = str(record["text"])
        middle = text.index(" ", len(text) // 2)
        return encoded({**record, "text": text[:middle] + MARK + text[middle:]}).replace(MARK.encode(), raw)

    return write


def without(field: str) -> Write:
    """Leave a field out."""
    return lambda record: encoded({key: value for key, value in record.items() if key != field})


def relined(change: Callable[[bytes], bytes]) -> Write:
    """Change the whole line."""
    return lambda record: change(encoded(record))


def repaged(change: Callable[[bytes], bytes]) -> Write:
    """Change the whole file."""
    return lambda record: change(page(record))


def restamped(stamp: str) -> Write:
    """Print another stamp."""
    return lambda record: page({**record, "published": stamp})


JSONL_WAYS = {
    "truncated-line": rejected(relined(lambda data: data[: len(data) // 2])),
    "two-objects": rejected(relined(lambda data: data + data)),
    "duplicate-key": rejected(relined(lambda data: data[:-1] + b',"title":"lagi"}')),
    "nan": rejected(with_raw("meta", b'{"score":NaN}')),
    "infinity": rejected(with_raw("meta", b'{"score":-Infinity}')),
    "bare-value": rejected(lambda record: encoded(record["id"])),
    "array": rejected(relined(lambda data: b"[" + data + b"]")),
    "id-only": rejected(lambda record: encoded({"id": record["id"]}), readable=True),
    "missing-text": rejected(without("text"), readable=True),
    "empty-text": rejected(with_value("text", ""), readable=True),
    "blank-text": rejected(with_value("text", " \n\t\n "), readable=True),
    "text-number": rejected(with_value("text", 20171219), readable=True),
    "text-null": rejected(with_value("text", None), readable=True),
    "text-array": rejected(with_value("text", ["satu alinea", "dua alinea"]), readable=True),
    "text-object": rejected(with_value("text", {"body": "satu alinea"}), readable=True),
    "title-array": rejected(with_value("title", ["satu", "dua"]), readable=True),
    "title-number": rejected(with_value("title", 7.5), readable=True),
    "url-not-uri": rejected(with_value("url", "lihat halaman depan, kolom kiri"), readable=True),
    "id-integer": rejected(with_value("id", 12)),
    "bad-utf8": rejected(within_text(b" kopi \xff pahit")),
    "overlong-utf8": rejected(within_text(b" garis \xc0\xaf miring")),
    "surrogate-utf8": rejected(within_text(b" separuh \xed\xa0\xbd emoji")),
    "surrogate-escape": rejected(within_text(b" separuh \\ud83d emoji")),
    "bad-escape": rejected(within_text(b" huruf \\x41")),
    "raw-control": rejected(within_text(b" bel \x07 berbunyi")),
    "raw-nul": rejected(within_text(b" nol \x00 byte")),
    "depth-100": rejected(with_raw("meta", b"[" * 100 + b"]" * 100)),
    "trailing-comma": rejected(relined(lambda data: data[:-1] + b",}")),
    "trailing-words": rejected(relined(lambda data: data + b" selesai")),
    "leading-zero": rejected(with_raw("meta", b'{"score":007}')),
    "single-quotes": rejected(with_raw("category", b"'budaya'")),
    "url-number": kept(with_value("url", 404), "value-aside"),
    "authors-object": kept(with_value("authors", {"first": "Sari"}), "value-aside"),
    "authors-string": kept(with_value("authors", "Sari")),
    "authors-numbers": kept(with_value("authors", [1, 2]), "value-aside"),
    "published-number": kept(with_value("published", 1513660565), "value-aside"),
    "published-unreadable": kept(with_value("published", "31/02/2023 pagi"), "bad-timestamp"),
    "published-partial": kept(with_value("published", "2019-07"), "partial-date"),
    "language-unknown": kept(with_value("language", "bahasa kita"), "unknown-language"),
    "license-unknown": kept(with_value("license", "bebas asal sopan"), "unknown-license"),
    "missing-title": kept(without("title")),
    "field-extra": kept(with_value("extra", {"note": "sebuah nama yang dipakai"})),
    "large-integer": kept(with_value("meta", {"views": 2**70})),
}

TXT_WAYS = {
    "empty-file": rejected(lambda _: b"", readable=True),
    "blank-file": rejected(lambda _: b" \n\n\t\n", readable=True),
    "title-only": rejected(
        lambda record: page(record, stamp=False, body=False, navigation=False), readable=True
    ),
    "no-body": rejected(lambda record: page(record, body=False), readable=True),
    "bad-utf8": rejected(repaged(lambda data: data.replace(b". ", b" \xff. ", 1)), readable=True),
    "no-timestamp": kept(lambda record: page(record, stamp=False), "missing-timestamp"),
    "date-only": kept(restamped("2019-07-21"), "partial-date"),
    "impossible-date": kept(restamped("2023-02-31 25:61:00"), "bad-timestamp"),
    "crlf": kept(repaged(lambda data: data.replace(b"\n", b"\r\n"))),
    "byte-order-mark": kept(repaged(lambda data: b"\xef\xbb\xbf" + data)),
    "many-blank-lines": kept(repaged(lambda data: data.replace(b"\n\n", b"\n\n\n\n"))),
    "no-navigation": kept(lambda record: page(record, navigation=False)),
    "no-final-newline": kept(repaged(lambda data: data.rstrip(b"\n"))),
}

SOUND = kept(encoded)
WAYS = {"jsonl": JSONL_WAYS, "txt": TXT_WAYS}
