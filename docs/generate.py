"""Writes the pages that follow from code: `python docs/generate.py`."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from corpuskit import build
from corpuskit.card import render_card
from corpuskit.kinds import KINDS
from corpuskit.validation.formats import DRAFTS, FORMATS, asserted

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "tests" / "manifest.example.json"


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
    return render_card(json.loads(EXAMPLE.read_bytes()))


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


PAGES = {
    "docs/findings.md": findings_page,
    "docs/validation-rules.md": rules_page,
    "cards/example.md": example_card,
}


def example_manifest() -> str:
    """tests/manifest.example.json: the manifest of a build of the sample corpus."""
    with TemporaryDirectory() as out:
        release = build(ROOT / "examples" / "corpus.toml", out, cache=False)
        manifest = json.loads((release.path / "manifest.json").read_bytes())
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    EXAMPLE.write_text(example_manifest(), encoding="utf-8")
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
