"""The Hugging Face Hub's ids for licences."""

from collections.abc import Iterable
from functools import cache

from corpuskit.licenses.expressions import license_ids
from corpuskit.resources import read_json


def hub_licenses(expressions: Iterable[str]) -> tuple[list[str], list[str]]:
    """The hub's ids for the licences of expressions, and the licences that it has none for, both sorted.

    Where there are such licences, ``other`` stands once among the hub's ids.

    >>> hub_licenses(["MIT OR GPL-2.0-or-later", "LicenseRef-CRI-terms"])
    (['gpl-2.0', 'mit', 'other'], ['LicenseRef-CRI-terms'])
    """
    hub = _hub_ids()
    found, missing = set(), set()
    for expression in expressions:
        for license_id in license_ids(expression) or (expression,):
            hub_id = hub.get(license_id.lower(), "other")
            found.add(hub_id)
            if hub_id == "other":
                missing.add(license_id)
    return sorted(found), sorted(missing)


def hub_license_ids() -> frozenset[str]:
    """All licence ids that the hub accepts in a card."""
    return frozenset(read_json("hub-licenses.json")["licenses"])


def spdx_license(hub_id: str) -> str | None:
    """The SPDX id that a hub id means, or None for families, model licences and unknown ids.

    >>> spdx_license("odc-by"), spdx_license("cc")
    ('ODC-By-1.0', None)
    """
    entry = read_json("hub-licenses.json")["licenses"].get(hub_id.lower(), {})
    spdx: str | None = entry.get("spdx")
    return spdx


@cache
def _hub_ids() -> dict[str, str]:
    """Lower-case licence id -> hub id."""
    table: dict[str, str] = {}
    for hub_id, entry in read_json("hub-licenses.json")["licenses"].items():
        for license_id in (entry.get("spdx"), *entry.get("also", ())):
            if license_id:
                table[license_id.lower()] = hub_id
    return table
