"""What a licence asks of those who pass a work on: by id from data and rules, and over whole expressions.

Documentation, not legal advice. Creative Commons and the GNU licences follow rules, all others stand in
schemas/license-terms.json; what is in neither is unknown, and stays so unless the curator states its conditions.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from corpuskit.licenses.expressions import Atom, spdx_ids, versions, ways
from corpuskit.resources import read_json

ATTRIBUTION, NOTICE, LICENSE_TEXT, STATE_CHANGES = "attribution", "notice", "license-text", "state-changes"
SHARE_ALIKE, NON_COMMERCIAL, NO_DERIVATIVES = "share-alike", "non-commercial", "no-derivatives"
MINING_RESERVED = "mining-reserved"
# What a licence covers that says nothing of the rights in the contents.
DATABASE = "database"
# What a curator may state of terms of a LicenseRef; a reservation of mining is stated by `tdm_opt_out`.
CONDITIONS = (ATTRIBUTION, NOTICE, LICENSE_TEXT, STATE_CHANGES, SHARE_ALIKE, NON_COMMERCIAL, NO_DERIVATIVES)
# What keeps a licence out of the config `permissive`.
RESTRICTIONS = (NON_COMMERCIAL, NO_DERIVATIVES, SHARE_ALIKE, MINING_RESERVED)

Declared = Mapping[str, frozenset[str]]


class Asked(NamedTuple):
    """What one licence asks.

    `adaptations` are the licences under which a changed version may be published where it asks for share-alike;
    `compilation` what it asks of a collection that holds such works (`same`, `no-further-restrictions`, or nothing);
    `covers` is `database` where it says nothing of the rights in the contents.
    """

    conditions: frozenset[str]
    adaptations: frozenset[str] = frozenset()
    compilation: str = ""
    covers: str = "work"


class Terms(NamedTuple):
    """What an expression asks, met in the way that leaves a user most.

    `conditions` are those of all licences of that way, `unknown` those of them of which nothing is known.
    """

    way: tuple[Atom, ...]
    conditions: frozenset[str]
    unknown: tuple[str, ...]
    covers: str

    @property
    def permissive(self) -> bool:
        """Whether it is known to permit commercial use, changed versions and mining, without share-alike."""
        return not self.unknown and self.covers != DATABASE and self.conditions.isdisjoint(RESTRICTIONS)


def asked(atom: Atom, declared: Declared) -> Asked | None:
    """What one licence of an expression asks, None where nothing is known of it.

    "Or a later version" is the licensee's choice, so all that one of the versions admits is admitted. An
    exception (WITH) only permits more and is left out of account.
    """
    found = [_asked(each, declared.get(each)) for each in versions(atom)]
    known = [each for each in found if each is not None]
    if not known:
        return None
    best = min(known, key=lambda each: (_weight(each.conditions), each.compilation))
    adaptations = frozenset(str(target) for target in _itself(atom)).union(*(k.adaptations for k in known))
    return best._replace(adaptations=adaptations if SHARE_ALIKE in best.conditions else frozenset())


def _itself(atom: Atom) -> Iterable[str]:
    """The licence as it stands, under which a changed version may always be published, and its later forms."""
    yield atom.license
    if atom.license.endswith("-or-later"):
        yield from (each.replace("-only", "-or-later") for each in versions(atom))


@lru_cache(maxsize=4096)
def _asked(license_id: str, declared: frozenset[str] | None) -> Asked | None:
    if declared is not None:
        return Asked(declared, frozenset({license_id}) if SHARE_ALIKE in declared else frozenset())
    return _table().get(license_id) or _creative_commons(license_id) or _gnu(license_id)


@cache
def _table() -> dict[str, Asked]:
    """The licences that the data list."""
    table = {}
    for group in read_json("license-terms.json")["groups"]:
        conditions = frozenset(group["conditions"])
        for name in group["licenses"]:
            adaptations = {name, *group.get("adaptations", ())} if SHARE_ALIKE in conditions else ()
            table[name] = Asked(
                conditions,
                frozenset(adaptations),
                group.get("compilation", ""),
                group.get("covers", "work"),
            )
    return table


_CC = re.compile(
    r"CC-(?P<elements>(?:BY|NC|ND|SA)(?:-(?:BY|NC|ND|SA))*)-(?P<version>\d\.\d)(?P<port>-[A-Z]+)?"
)
_ELEMENTS = {"BY": ATTRIBUTION, "NC": NON_COMMERCIAL, "ND": NO_DERIVATIVES, "SA": SHARE_ALIKE}


def _creative_commons(license_id: str) -> Asked | None:
    """Creative Commons licences by their elements, version and port (https://creativecommons.org/licenses/list.en).

    All ask to keep notices and to link the licence; versions 3.0 (section 3(b)) and 4.0 (3(a)(1)(B)) ask to say
    that a work was changed.
    """
    match = _CC.fullmatch(license_id)
    if match is None:
        return None
    conditions = {NOTICE, *(_ELEMENTS[element] for element in match["elements"].split("-"))}
    if match["version"] >= "3.0":
        conditions.add(STATE_CHANGES)
    adaptations = _cc_adaptations(license_id) if SHARE_ALIKE in conditions else frozenset()
    return Asked(frozenset(conditions), adaptations)


# https://creativecommons.org/share-your-work/licensing-considerations/compatible-licenses/: for BY-SA 4.0 the Free Art
# License 1.3 (in both directions) and GPLv3 (into it only, and into version 3 itself only). None for BY-NC-SA, and
# none for BY-SA before 4.0.
_COMPATIBLE = {"CC-BY-SA-4.0": frozenset({"GPL-3.0-only", "LAL-1.3"})}


def _cc_adaptations(license_id: str) -> frozenset[str]:
    """Where a changed version may go: version 1.0 names itself only (section 4(b)).

    From 2.0 on it is the same or a later version with the same elements, ported or not (2.0 and 3.0 section 4(b),
    4.0 section 3(b)(1)).
    """
    this = _CC.fullmatch(license_id)
    if this is None or this["version"] == "1.0":
        return frozenset({license_id})
    others = (_CC.fullmatch(other) for other in spdx_ids())
    same = {
        o[0] for o in others if o and o["elements"] == this["elements"] and o["version"] >= this["version"]
    }
    return frozenset({license_id, *same}) | _COMPATIBLE.get(license_id, frozenset())


_GNU = re.compile(r"(?P<family>AGPL|GFDL|GPL|LGPL)-(?P<version>\d\.\d)(?P<kind>-[a-zA-Z-]+)??-only")
_GPL_WITH = re.compile(r"(GPL-\d\.\d)-with-.+")
_GPL_2_ON = frozenset({"GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"})
# Into which other licences a family leads: LGPL 2.x into the GPL from version 2 on (section 3); LGPL 3 is the GPL 3
# with permissions that may be dropped (section 2(b), GPL 3 section 7); works under GPL 3 and AGPL 3 may be one work,
# to which the AGPL's section 13 applies (section 13 of both). https://www.gnu.org/licenses/gpl-faq.html#AllCompatibility
_LEADS = {
    "LGPL-2.0": _GPL_2_ON,
    "LGPL-2.1": _GPL_2_ON,
    "LGPL-3.0": frozenset({"GPL-3.0-only", "AGPL-3.0-only"}),
    "GPL-3.0": frozenset({"AGPL-3.0-only"}),
}


def _gnu(license_id: str) -> Asked | None:
    """GNU licences: notices and changes are stated, a copy of the licence is given along, what is made stays under it.

    The copy: GPL 2 section 1, GPL 3 section 4, LGPL 2.1 section 1, GFDL section 2.
    A collection whose own copyright takes away what the works permit is no mere aggregate (GPL 3, LGPL 3 and AGPL 3
    section 5, GFDL section 7).
    """
    if with_exception := _GPL_WITH.fullmatch(license_id):
        plain = _gnu(f"{with_exception[1]}-only")
        return plain and plain._replace(adaptations=plain.adaptations | {license_id})
    match = _GNU.fullmatch(license_id)
    if match is None:
        return None
    name = f"{match['family']}-{match['version']}"
    conditions = frozenset({ATTRIBUTION, NOTICE, LICENSE_TEXT, STATE_CHANGES, SHARE_ALIKE})
    adaptations = {license_id, f"{name}-only"} | _LEADS.get(name, frozenset())
    aggregate = match["family"] == "GFDL" or match["version"] >= "3.0"
    return Asked(conditions, frozenset(adaptations), "no-further-restrictions" if aggregate else "")


def _weight(conditions: Iterable[str]) -> tuple[bool | int, ...]:
    """The less a user may do, the larger."""
    each = frozenset(conditions)
    return (*(restriction in each for restriction in RESTRICTIONS), len(each))


def terms(expression: str, declared: Declared) -> Terms:
    """What an expression asks: of the ways to meet it that which leaves a user most; see `met`."""
    return met(expression, declared)[0]


def met(expression: str, declared: Declared) -> tuple[Terms, ...]:
    """What each way to meet an expression asks, the one that leaves a user most first.

    A way of which all is known comes before one that is not, then commercial use, changed versions, freedom from
    share-alike, mining, and fewest conditions. `declared` are the conditions that the curator states, by LicenseRef id.
    What cannot be read as ways is one of which nothing is known.
    """
    found = [_terms(way, declared) for way in ways(expression) or (frozenset({Atom(expression)}),)]
    return tuple(
        sorted(found, key=lambda each: (bool(each.unknown), _weight(each.conditions), str(each.way)))
    )


def _terms(way: Iterable[Atom], declared: Declared) -> Terms:
    atoms = tuple(sorted(way, key=str))
    each = {str(atom): asked(atom, declared) for atom in atoms}
    known = [found for found in each.values() if found is not None]
    return Terms(
        way=atoms,
        conditions=frozenset().union(*(found.conditions for found in known)),
        unknown=tuple(name for name, found in each.items() if found is None),
        covers="work" if any(found.covers == "work" for found in known) or not known else DATABASE,
    )
