"""Writes the pages that follow from code: `python docs/generate.py`."""

import json
import re
from pathlib import Path

from corpuskit.card import render_card
from corpuskit.conversion.type_table import TABLE, No
from corpuskit.kinds import KINDS
from corpuskit.validation.formats import DRAFTS, FORMATS, asserted

ROOT = Path(__file__).parent.parent


def findings_page() -> str:
    """docs/findings.md from the table of kinds."""
    head = (
        "# Findings\n\n"
        "Written by `python docs/generate.py` from `corpuskit/kinds.py`.\n\n"
        "A finding of severity error makes a record invalid: a build rejects it. Warnings and infos never do.\n\n"
        "| kind | severity | what it is | why it matters | what to do |\n|---|---|---|---|---|\n"
    )
    rows = (
        f"| `{name}` | {k.severity} | {k.title} | {k.why} | {k.fix} |" for name, k in sorted(KINDS.items())
    )
    return head + "\n".join(rows) + "\n"


def example_card() -> str:
    """cards/example.md from the manifest of the sample corpus, as tests/manifest.example.json keeps it."""
    return render_card(json.loads((ROOT / "tests" / "manifest.example.json").read_bytes()))


_FORMATS = re.compile(r"(?<=<!-- formats -->\n)(.*?)(?=<!-- /formats -->)", re.DOTALL)


def rules_page() -> str:
    """docs/validation-rules.md with the table of formats between its marks."""
    head = "\n| format | drafts | what a value is |\n|---|---|---|\n"
    rows = (
        f"| `{name}` | {', '.join(draft for draft in DRAFTS if asserted(name, draft))} | {row.what} |"
        for name, row in sorted(FORMATS.items())
    )
    table = head + "\n".join(rows) + "\n\n"
    page = (ROOT / "docs" / "validation-rules.md").read_text(encoding="utf-8")
    return _FORMATS.sub(lambda _: table, page)


def types_page() -> str:
    """docs/types.md from the table of types."""
    head = (
        "# Types\n\n"
        "Written by `python docs/generate.py` from `corpuskit/conversion/type_table.py`; the tests run every cell.\n\n"
        "How each Arrow type is held, and what a hub calls it. An Arrow file holds all of them. `refused` is what "
        "`corpuskit convert` says before it writes ([converting.md](converting.md)); types of parts of lists, structs "
        "and maps are held as those of columns.\n\n"
        "| Arrow | hub feature | Parquet | JSON Lines | CSV, TSV |\n|---|---|---|---|---|\n"
    )

    def cell(text: str) -> str:
        return f"refused: {text}" if isinstance(text, No) else text

    rows = (f"| {r.name} | {r.hub} | {cell(r.parquet)} | {cell(r.json)} | {cell(r.csv)} |" for r in TABLE)
    return head + "\n".join(rows) + "\n"


PAGES = {
    "docs/types.md": types_page,
    "docs/findings.md": findings_page,
    "docs/validation-rules.md": rules_page,
    "cards/example.md": example_card,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
