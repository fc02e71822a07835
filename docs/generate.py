"""Writes the pages that follow from code: `python docs/generate.py`."""

import ast
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from corpuskit import build
from corpuskit.card import render_card
from corpuskit.conversion.type_table import TABLE, No
from corpuskit.kinds import KINDS
from corpuskit.prose import questions
from corpuskit.resources import read_json
from corpuskit.validation.formats import DRAFTS, FORMATS, asserted

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "tests" / "manifest.example.json"


def findings_page() -> str:
    """docs/findings.md from the table of kinds."""
    head = (
        "# Findings\n\n"
        "Written by `python docs/generate.py` from `corpuskit/kinds/`.\n\n"
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


_LICENSES = re.compile(r"(?<=<!-- licenses -->\n)(.*?)(?=<!-- /licenses -->)", re.DOTALL)


def licensing_page() -> str:
    """docs/licensing.md with the table of licences between its marks."""
    head = "\n| licences | ask | because | |\n|---|---|---|---|\n"
    rows = (
        f"| {', '.join(group['licenses'])} | {', '.join(group['conditions']) or 'nothing'} | {group['because']} "
        f"| {group['source']} |"
        for group in read_json("license-terms.json")["groups"]
    )
    table = head + "\n".join(rows) + "\n\n"
    page = (ROOT / "docs" / "licensing.md").read_text(encoding="utf-8")
    return _LICENSES.sub(lambda _: table, page)


_QUESTIONS = re.compile(r"(?<=<!-- questions -->\n)(.*?)(?=<!-- /questions -->)", re.DOTALL)


def card_page() -> str:
    """docs/card-body.md with the table of questions between its marks."""
    rows = (f"| `{q.id}.md` | {q.question} ({q.source}) |" for q in questions())
    page = (ROOT / "docs" / "card-body.md").read_text(encoding="utf-8")
    table = "\n| file | asks |\n|---|---|\n" + "\n".join(rows) + "\n\n"
    return _QUESTIONS.sub(lambda _: table, page)


_LADDER = re.compile(r"(?<=<!-- ladder -->\n)(.*?)(?=<!-- /ladder -->)", re.DOTALL)


def contributing() -> str:
    """CONTRIBUTING.md with the ladder of rooms that tests/test_architecture.py holds."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text(encoding="utf-8"))
    ladder = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LADDER"
    )
    rows = "".join(f"| {rung} | {', '.join(sorted(rooms))} |\n" for rung, rooms in ladder.items())
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return _LADDER.sub(lambda _: f"\n| rung | rooms |\n|---|---|\n{rows}\n", page)


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
    "CONTRIBUTING.md": contributing,
    "docs/types.md": types_page,
    "docs/findings.md": findings_page,
    "docs/licensing.md": licensing_page,
    "docs/validation-rules.md": rules_page,
    "cards/example.md": example_card,
    "docs/card-body.md": card_page,
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
