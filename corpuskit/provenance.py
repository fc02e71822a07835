"""Who made what, under which terms: the frozen `Source`, and the place of a record."""

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Place(NamedTuple):
    """Where a record lies: its file, bytes and line, or its number in a container.

    `offset` and `length` count bytes of the decompressed file, `line` and `number` count from 1;
    `sha256` is that of the record's bytes.
    """

    file: str
    offset: int | None
    length: int | None
    line: int | None
    number: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about a source's licence: what it says, where it was found, when it was seen (an ISO date).

    `sha256` is that of a copy of the page or file that says so, for who keeps one.
    """

    license: str
    url: str | None = None
    found: str | None = None
    seen: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One source of articles: who published them, under which terms, and how its files are read."""

    name: str
    rank: int
    files: tuple[str, ...]
    license: str
    reader: str | None = None
    records: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header: tuple[str, ...] = ()
    encoding: str | None = None
    language: str | None = None
    license_url: str | None = None
    license_evidence: str | None = None
    timezone: str | None = None
    date_format: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    title_suffix: str | None = None
    encoding_errors: Literal["reject", "replace"] = "reject"
    navigation: Literal["auto", "off"] | None = None
    navigation_cut_from: str | None = None
    max_cut: float = 0.5
    inline_links: Literal["keep", "cut"] = "keep"
    bylines: Literal["keep", "cut"] = "keep"
    split: str | None = None
    publisher: str | None = None
    homepage: str | None = None
    collected: str | None = None
    collection: str | None = None
    terms: str | None = None
    claims: tuple[Claim, ...] = ()
    conditions: tuple[str, ...] | None = None
    tdm_opt_out: bool = False
    term: str | None = None
    credit: str | None = None
    max_loss: float = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single record or file may cost before it is refused."""

    line_bytes: int = 64 << 20
    depth: int = 64
    ratio: int = 1000
