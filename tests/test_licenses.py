"""Licence expressions and the hub's ids for them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.licenses import (
    canonical_license,
    hub_license_ids,
    hub_licenses,
    is_unknown,
    license_ids,
    license_url,
    spdx_license,
)
from corpuskit.licenses.expressions import _spdx
from corpuskit.resources import read_json

WORDS = [
    "mit", "ISC", "GPL-2.0+", "Apache-2.0+", "lgpl-2.1", "LicenseRef-Own", "licenseref-x",
    "Classpath-exception-2.0", "unheard-of", "AND", "or", "WITH", "(", ")", "((", "))", "",
]  # fmt: skip
ANY_TEXT = st.text() | st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
HUB = read_json("hub-licenses.json")["licenses"]
TARGETS = sorted(
    {i for entry in HUB.values() for i in (entry.get("spdx"), *entry.get("also", ())) if i}
    - {"LicenseRef-unknown"},
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("  mit\n", "MIT"),
        ("(mit or Apache-2.0)", "MIT OR Apache-2.0"),
        ("((MIT))", "MIT"),
        ("mit and isc or zlib", "(MIT AND ISC) OR Zlib"),
        ("mit and (isc or zlib)", "MIT AND (ISC OR Zlib)"),
        ("GPL-2.0", "GPL-2.0-only"),
        ("gpl-2.0+", "GPL-2.0-or-later"),
        ("GFDL-1.3", "GFDL-1.3-only"),
        ("BSD-2-Clause-FreeBSD", "BSD-2-Clause-Views"),
        ("apache-2.0+", "Apache-2.0+"),
        ("bsl-1.0", "BSL-1.0"),
        ("MPL-2.0-no-copyleft-exception", "MPL-2.0-no-copyleft-exception"),
        ("GPL-2.0-with-classpath-exception", "GPL-2.0-with-classpath-exception"),
    ],
)
def test_an_expression_gets_the_case_and_ids_of_the_spdx_list(text: str, canonical: str) -> None:
    """Known ids take the SPDX list's case, deprecated ids their successor, needless parentheses go."""
    assert canonical_license(text) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("LicenseRef-CRI-terms", "LicenseRef-CRI-terms"),
        ("licenseref-cri-Terms", "LicenseRef-cri-Terms"),
        ("LicenseRef-scancode-public-domain", "LicenseRef-scancode-public-domain"),
        ("mit OR LICENSEREF-own", "MIT OR LicenseRef-own"),
        ("gpl-2.0 with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("LicenseRef-own WITH LLVM-exception", "LicenseRef-own WITH LLVM-exception"),
        ("mit AND (isc WITH LicenseRef-our-exception)", "MIT AND ISC WITH LicenseRef-our-exception"),
    ],
)
def test_references_and_exceptions_are_part_of_an_expression(text: str, canonical: str) -> None:
    """LicenseRef ids stand anywhere and keep their case after the prefix; exceptions follow WITH."""
    assert canonical_license(text) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "public-domain", "CC BY-SA 4.0", "", " ", "odc-by", "GPL", "GPL 2.0", "BSD-2", "other", "NONE",
        "scancode-acknowledgment", "bsd-new", "cc0", "LicenseRef-", "LicenseRef", "LicenseRef-a+",
        "LicenseRef-ä",
        "()", "MIT ()", "(MIT", "MIT)", ")MIT(", "MIT OR", "OR MIT", "MIT ISC", "MIT (ISC)",
        "MIT AND (ISC) Zlib",
        "MIT AND (OR ISC)", "MIT/ISC", "MIT, ISC", "MIT\x00", "M\u0130T", "\ud800", "GPL-2.0-only+",
        "MIT++", "+",
        "Classpath-exception-2.0", "MIT WITH ISC", "MIT WITH", "WITH MIT", "(MIT) WITH LLVM-exception",
        "(MIT OR ISC) WITH LLVM-exception", "MIT WITH (LLVM-exception)",
        "MIT WITH LLVM-exception WITH LLVM-exception",
    ],
)  # fmt: skip
def test_what_is_no_spdx_expression_is_none(text: str) -> None:
    """Unknown ids, ScanCode keys, free text and broken syntax are refused without an exception."""
    assert canonical_license(text) is None


@pytest.mark.parametrize(
    "text",
    ["x" * 10_000, "(" * 10_000, "(" * 400 + "MIT" + ")" * 400, "(MIT OR " * 90 + "MIT" + ")" * 90,
     " OR ".join(["MIT"] * 10_000), "MIT " * 240, "MIT OR " * 140 + "XYZ", "-" * 900],
    ids=range(8),
)  # fmt: skip
def test_junk_is_refused_at_once(text: str) -> None:
    """Long and deeply nested text costs less than a tenth of a second."""
    canonical_license("MIT")  # the list is read once
    started = time.perf_counter()
    assert canonical_license(text) is None
    assert time.perf_counter() - started < 0.1


@given(ANY_TEXT)
def test_canonical_license_never_raises_and_is_idempotent(text: str) -> None:
    """Any text gives None or an expression that is its own canonical form."""
    canonical = canonical_license(text)
    assert canonical is None or canonical_license(canonical) == canonical


@pytest.mark.parametrize("depth", range(28, 36))
def test_the_deepest_accepted_expression_is_idempotent(depth: int) -> None:
    """At the limit of nesting an expression is refused rather than given a form that is refused later."""
    canonical = canonical_license("ISC AND " + "(MIT OR " * depth + "MIT AND ISC OR Zlib" + ")" * depth)
    assert canonical is None or canonical_license(canonical) == canonical
    assert (canonical is None) == (depth >= 32)


@given(ANY_TEXT)
def test_the_other_functions_take_any_text(text: str) -> None:
    """Text that is no expression has no ids, is not unknown and is `other` to the hub."""
    if canonical_license(text) is None:
        assert license_ids(text) == ()
        assert not is_unknown(text)
        assert hub_licenses([text]) == (["other"], [text])
    assert (license_url(text) or "https://spdx.org/").startswith("https://spdx.org/")


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("MIT", ("MIT",)),
        ("ISC OR (MIT AND ISC)", ("ISC", "MIT")),
        ("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", ("GPL-2.0-only", "MIT")),
        ("(MIT AND GPL-3.0-only WITH GCC-exception-3.1) OR ISC", ("MIT", "GPL-3.0-only", "ISC")),
        ("Apache-2.0+ AND LicenseRef-own", ("Apache-2.0", "LicenseRef-own")),
        ("not a licence", ()),
    ],
)
def test_the_ids_of_an_expression_come_in_order_and_once(expression: str, ids: tuple[str, ...]) -> None:
    """Licences are listed in order of appearance, exceptions and the plus sign are not licences."""
    assert license_ids(expression) == ids


@pytest.mark.parametrize(
    ("license_id", "url"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
        ("gpl-2.0", "https://spdx.org/licenses/GPL-2.0-only.html"),
        ("GPL-2.0+", "https://spdx.org/licenses/GPL-2.0-or-later.html"),
        ("Apache-2.0+", "https://spdx.org/licenses/Apache-2.0.html"),
        ("Classpath-exception-2.0", "https://spdx.org/licenses/Classpath-exception-2.0.html"),
        ("LicenseRef-CRI-terms", None),
        ("MIT OR ISC", None),
        ("../../etc", None),
    ],
)
def test_only_listed_ids_have_a_page(license_id: str, url: str | None) -> None:
    """SPDX ids link to their page, everything else to nothing."""
    assert license_url(license_id) == url


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ("LicenseRef-unknown", True),
        ("MIT AND licenseref-Unknown", True),
        ("LicenseRef-unknown-terms", False),
        ("MIT", False),
    ],
)
def test_unknown_is_the_reference_of_that_name(expression: str, unknown: bool) -> None:
    """Only LicenseRef-unknown itself, in any case, marks an expression as unknown."""
    assert is_unknown(expression) is unknown


@pytest.mark.parametrize(
    ("expressions", "hub_ids", "missing"),
    [
        ([], [], []),
        (["MIT", "CC-BY-SA-4.0", "MIT"], ["cc-by-sa-4.0", "mit"], []),
        (["MIT OR GPL-2.0-or-later", "Apache-2.0+"], ["apache-2.0", "gpl-2.0", "mit"], []),
        (["ODC-By-1.0", "ODbL-1.0", "PDDL-1.0"], ["odbl", "odc-by", "pddl"], []),
        (["GFDL-1.3-or-later AND CC-BY-SA-3.0-DE"], ["cc-by-sa-3.0", "gfdl"], []),
        (["GPL-2.0-only WITH Classpath-exception-2.0"], ["gpl-2.0"], []),
        (["LicenseRef-CRI", "CC-BY-SA-1.0", "MIT"], ["mit", "other"], ["CC-BY-SA-1.0", "LicenseRef-CRI"]),
        (["LicenseRef-unknown", "LicenseRef-Unknown"], ["unknown"], []),
        (["BUSL-1.1"], ["other"], ["BUSL-1.1"]),
    ],
)  # fmt: skip
def test_the_card_lists_the_hub_ids_of_all_licences(
    expressions: list[str], hub_ids: list[str], missing: list[str]
) -> None:
    """Each licence counts, sorted and once, and `other` stands for those that the hub has no id for."""
    assert hub_licenses(expressions) == (hub_ids, missing)


@pytest.mark.parametrize(
    ("hub_id", "spdx"),
    [
        ("odc-by", "ODC-By-1.0"), ("odbl", "ODbL-1.0"), ("pddl", "PDDL-1.0"), ("c-uda", "C-UDA-1.0"),
        ("lgpl-lr", "LGPLLR"), ("bsl-1.0", "BSL-1.0"), ("gpl-3.0", "GPL-3.0-only"),
        ("etalab-2.0", "etalab-2.0"),
        ("CC0-1.0", "CC0-1.0"), ("cc", None), ("gpl", None), ("lgpl", None), ("bsd", None), ("gfdl", None),
        ("openrail", None), ("llama3.1", None), ("unknown", None), ("other", None), ("no-such-id", None),
    ],
)  # fmt: skip
def test_a_hub_id_means_one_spdx_id_or_none(hub_id: str, spdx: str | None) -> None:
    """Hub ids with one plain meaning have an SPDX id; families and model licences have none."""
    assert spdx_license(hub_id) == spdx


def test_the_hub_list_is_complete() -> None:
    """The hub's list has 83 ids, all lower-case, `unknown` and `other` among them."""
    assert len(hub_license_ids()) == 83
    assert {hub_id.lower() for hub_id in hub_license_ids()} == hub_license_ids() >= {"unknown", "other"}


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_of_the_hub_list_is_a_current_spdx_id(target: str) -> None:
    """Each SPDX id in the hub table is canonical and has an SPDX page."""
    assert canonical_license(target) == target
    assert license_url(target) == f"https://spdx.org/licenses/{target}.html"


def test_no_licence_has_two_hub_ids() -> None:
    """The hub table names each licence once, so the way from SPDX to the hub is a function."""
    named = [i for entry in HUB.values() for i in (entry.get("spdx"), *entry.get("also", ())) if i]
    assert len(named) == len(set(named))
    assert all(hub_licenses([entry["spdx"]]) == ([hub], []) for hub, entry in HUB.items() if "spdx" in entry)


def test_the_spdx_list_agrees_with_another_reader() -> None:
    """Our ids are all in the packaging library's SPDX list, and we know all its current licences."""
    other = pytest.importorskip("packaging.licenses._spdx")
    if other.VERSION != "3.27.0":
        pytest.skip("compares with SPDX list 3.27, which license-expression 30.4.4 carries")
    ours = _spdx()
    current = {entry["id"] for entry in other.LICENSES.values() if not entry["deprecated"]}
    assert current <= set(ours.licenses.values()) <= {entry["id"] for entry in other.LICENSES.values()}
    assert set(ours.exceptions.values()) <= {entry["id"] for entry in other.EXCEPTIONS.values()}
