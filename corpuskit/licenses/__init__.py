"""Licences: SPDX expressions, the hub's ids for them, what each asks, and what follows for a whole of many."""

from corpuskit.licenses.aggregate import FORMAL_EDITS, Rule, aggregate, declared, fault, own_terms
from corpuskit.licenses.expressions import (
    canonical_license,
    is_unknown,
    license_ids,
    license_url,
    permits,
)
from corpuskit.licenses.hub import hub_license_ids, hub_licenses, spdx_license
from corpuskit.licenses.nearest import nearest_license
from corpuskit.licenses.terms import CONDITIONS, Terms, terms

__all__ = [
    "CONDITIONS",
    "FORMAL_EDITS",
    "Rule",
    "Terms",
    "aggregate",
    "canonical_license",
    "declared",
    "fault",
    "hub_license_ids",
    "hub_licenses",
    "is_unknown",
    "license_ids",
    "license_url",
    "nearest_license",
    "own_terms",
    "permits",
    "spdx_license",
    "terms",
]
