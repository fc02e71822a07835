"""How much a request to a hub may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may bring or take, in bytes, entries and seconds.

    Files over `regular_bytes`, and those that are no text, travel as LFS; over `part_bytes` in parts of this size.
    """

    max_file_bytes: int = 500 * 10**9
    part_bytes: int = 64 * 2**20
    regular_bytes: int = 5 * 2**20
    commit_bytes: int = 2**30
    json_bytes: int = 8 * 2**20
    card_bytes: int = 512 * 2**10
    max_files: int = 100_000
    page_entries: int = 1000
    expanded_entries: int = 50
    idle_seconds: float = 120.0
