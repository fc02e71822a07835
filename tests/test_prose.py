"""The curator's prose: read from files, counted where it lacks, inert in the card, and no reason to build data anew."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import article, jsonl
from hypothesis import example, given
from hypothesis import strategies as st

import corpuskit
from corpuskit.audit import read_manifest
from corpuskit.card import check_card, markdown, render_card
from corpuskit.cli import root
from corpuskit.prose import MAX_BYTES, questions, read_prose, template, write_templates

Corpus = Callable[..., Path]
CARD = '[card]\nprose = "cards/"\n'
EXAMPLE = json.loads((Path(__file__).parent / "manifest.example.json").read_bytes())


@pytest.fixture
def spec(corpus: Corpus) -> Path:
    """A corpus.toml with a folder of prose beside it, no question answered."""
    path = corpus({"a.jsonl": jsonl(article(i) for i in range(20))}, extra=CARD)
    write_templates(path.parent / "cards")
    return path


def block(text: str, name: str) -> str:
    """The content of one block of a card."""
    found = re.search(rf"(?s)<!-- corpuskit:{name} -->\n(.*?)<!-- /corpuskit:{name} -->", text)
    return found[1] if found else ""


def test_questions_are_one_each_and_all_have_their_place() -> None:
    """Every question has an id, a sentence that asks, a source, and a section that the card shows."""
    asked = questions()
    assert len({question.id for question in asked}) == len(asked) == 20
    assert all(question.question.endswith("?") for question in asked)
    facts = EXAMPLE | {"card": {"prose": {question.id: f"Answer {i}." for i, question in enumerate(asked)}}}
    text = render_card(facts)
    for i, question in enumerate(asked):
        assert f"### {question.title}\n\nAnswer {i}.\n" in block(text, f"prose-{question.section}")
    assert "questions" not in block(text, "limits")


def test_untouched_templates_are_no_answers(spec: Path, tmp_path: Path) -> None:
    """A folder of templates answers nothing, and the card says so; a template below which words stand is an answer."""
    text = (corpuskit.build(spec, tmp_path / "out").path / "README.md").read_text()
    assert "None of the 20 questions that only the curator can answer is answered." in text
    assert "prose-" not in text
    uses = next(question for question in questions() if question.id == "uses")
    (spec.parent / "cards/uses.md").write_text(template(uses) + "\nFor *tests* only.\n")
    (spec.parent / "cards/contact.md").unlink()
    text = (corpuskit.build(spec, tmp_path / "out", replace=True).path / "README.md").read_text()
    assert block(text, "prose-uses") == "## Uses\n\n### What it is fit for\n\nFor *tests* only.\n\n"
    assert "19 of 20 questions are not answered: why it was made, who made it, funding" in text


def test_the_card_follows_from_the_manifest_with_its_prose(spec: Path, tmp_path: Path) -> None:
    """The answers stand in the manifest, and verify finds where the card says others."""
    (spec.parent / "cards/biases.md").write_text("Only one village is heard.\r\n")
    release = corpuskit.build(spec, tmp_path / "out").path
    manifest, text = read_manifest(release), (release / "README.md").read_text()
    assert manifest["card"]["prose"] == {"biases": "Only one village is heard."}
    assert render_card(manifest) == text
    assert corpuskit.verify(release) == []
    forged = text.replace("one village", "no village")
    assert "prose-limits" in check_card(forged, text)[0].message


def test_prose_rebuilds_no_data(spec: Path, tmp_path: Path) -> None:
    """Another answer changes documents and manifest; phases before them do not run, and data stay byte for byte."""
    first = corpuskit.build(spec, tmp_path / "out")
    before = {p.name: p.read_bytes() for p in first.path.glob("data/*")}
    digest = read_manifest(first.path)["spec_sha256"]
    (spec.parent / "cards/uses.md").write_text("Tests.")
    phases = []
    again = corpuskit.build(
        spec, tmp_path / "out", replace=True, progress=lambda phase, *_: phases.append(phase)
    )
    assert not {"map", "index", "write"} & set(phases)
    assert {p.name: p.read_bytes() for p in again.path.glob("data/*")} == before
    assert again.content_id == first.content_id
    assert again.root_digest != first.root_digest
    assert read_manifest(again.path)["spec_sha256"] != digest


def test_an_unknown_file_is_a_warning(spec: Path, tmp_path: Path) -> None:
    """A file that answers no question is a finding with the nearest question, in build and validate."""
    (spec.parent / "cards/bias.md").write_text("Many.")
    (spec.parent / "cards/.bias.md.swp").write_text("x")
    assert corpuskit.build(spec, tmp_path / "out").findings["unknown-question"] == 1
    found = [f for f in corpuskit.validate([spec]).findings if f.kind == "unknown-question"]
    assert len(found) == 1
    assert (found[0].severity, "biases.md" in found[0].message) == ("warning", True)
    (spec.parent / "cards/bias.md").unlink()
    assert "unknown-question" not in corpuskit.build(spec, tmp_path / "out", replace=True).findings


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "uses.md").write_bytes(b"\xff\xfe"), "not UTF-8"),
        (lambda folder: (folder / "uses.md").write_bytes(b"x" * (MAX_BYTES + 1)), "more than 65,536 bytes"),
        (lambda folder: ((folder / "uses.md").unlink(), (folder / "uses.md").mkdir()), "is no file"),
        (lambda folder: ((folder / "uses.md").unlink(), (folder / "uses.md").symlink_to("/etc/hostname")), "no file"),
        (lambda folder: folder.rename(folder.with_name("other")), "no such folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_mistake(spec: Path, change: Callable[[Path], Any], message: str) -> None:
    """A wrong path, and a file that is no short text, name the key with its line."""
    change(spec.parent / "cards")
    with pytest.raises(corpuskit.SpecError, match=message) as caught:
        corpuskit.load_spec(spec)
    assert caught.value.line == spec.read_text().splitlines().index('prose = "cards/"') + 1


def test_personal_data_is_said_once(corpus: Corpus) -> None:
    """The key of corpus.toml counts as the answer of that name; both are a mistake."""
    facts = EXAMPLE | {"card": {"personal_data": "None <known>."}}
    assert "None &lt;known&gt;." in block(render_card(facts), "prose-people")
    assert "19 of 20" in render_card(facts)
    path = corpus({"a.jsonl": b""}, extra=CARD + 'personal_data = "None."\n')
    (path.parent / "cards").mkdir()
    assert read_prose(path.parent / "cards", "cards/").answers == {}
    (path.parent / "cards/personal-data.md").write_text("None.")
    with pytest.raises(corpuskit.SpecError, match="Keep one of the two"):
        corpuskit.load_spec(path)


def test_init_writes_questions_and_overwrites_nothing(tmp_path: Path) -> None:
    """`init --questions` writes a file for each question that has none."""
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards/uses.md").write_text("Mine.")
    done = CliRunner().invoke(root, ["init", str(tmp_path), "--questions", "--format", "json"])
    assert (done.exit_code, len(json.loads(done.stdout)["written"])) == (0, 19)
    assert (tmp_path / "cards/uses.md").read_text() == "Mine."
    assert {p.stem for p in (tmp_path / "cards").iterdir()} == {question.id for question in questions()}
    again = CliRunner().invoke(root, ["init", str(tmp_path), "--questions", "--format", "json"])
    assert json.loads(again.stdout)["written"] == []
    assert not (tmp_path / "corpus.toml").exists()


# --- whatever an answer holds ---

PIECES = [
    "<!-- /corpuskit:head -->", "<!-- corpuskit:glance -->", "<script>", "![", "](", "]:", "[a", "][", "javascript:x",
    "https://example.org/a", "&#40;", "&lt;", "\\", "`", "```", "~~~", "#", "## x", "---", "===", "\n", "\n\n", " ",
    "> ", "- ", "1. ", "<", "(", ")", "[", "]", "!", "|", "*", "_", "<https://example.org>", "\t", "    ",
    ":", "=", "-", "a", "\r", "\x1b", "\u202e", "\u2028", "\x00",
]  # fmt: skip
_SAFE = {
    "p", "em", "strong", "a", "ul", "ol", "li", "code", "pre", "blockquote", "br", "hr", "table", "thead", "tbody",
    "tr", "th", "td", "h4", "h5", "h6",
}  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
@example("\\![a](https://example.org/x.png)")
@example("[a](java&#115;cript:alert(1))")
@example("[a]\n\n[a]: javascript:alert(1)")
@example("```\n<!-- /corpuskit:head -->")
@example("> - # x\n> ---")
@example("x\n===")
def test_an_answer_acts_on_nothing_around_it(text: str) -> None:
    """No answer makes HTML, an image, a high heading or a link elsewhere, hides a mark, or swallows what follows it."""
    from markdown_it import MarkdownIt

    said = markdown.answer(text)
    html = (
        MarkdownIt("commonmark", {"html": True}).enable("table").render(f"{said}\n\n<!-- end -->\n\nAfter.\n")
    )
    assert set(re.findall(r"<([a-zA-Z][a-z0-9]*)", html)) <= _SAFE
    assert html.endswith("<!-- end -->\n<p>After.</p>\n")
    assert all(re.match(r"https?://", href) for href in re.findall(r'href="([^"]*)"', html))
    assert "<" not in said
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\u2028]", said)


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.sampled_from(questions()))
def test_an_answer_leaves_all_other_blocks_as_they_are(text: str, question: Any) -> None:
    """A card with an answer has the blocks of one without, and that of its section, each once."""
    form = r"(?s)<!-- corpuskit:([a-z-]+) -->\n(.*?)<!-- /corpuskit:\1 -->"
    plain = re.findall(form, render_card(EXAMPLE | {"card": {"prose": {question.id: "Plain."}}}))
    found = re.findall(form, render_card(EXAMPLE | {"card": {"prose": {question.id: text}}}))
    own = f"prose-{question.section}"
    assert [name for name, _ in found] == [name for name, _ in plain]
    assert [b for b in found if b[0] != own] == [b for b in plain if b[0] != own]


def test_what_an_answer_may_do() -> None:
    """Emphasis, lists, tables and links stay; headings go down; a line that is broken stays so."""
    assert markdown.answer("# A\n\n**b** *c* `d`\n\n- e\n\n| f | g |\n|---|---|") == (
        "#### A\n\n**b** *c* `d`\n\n- e\n\n| f | g |\n|---|---|"
    )
    assert markdown.answer("[a](https://e.org/?b=1&c=2) <https://e.org>") == (
        "[a](https://e.org/?b=1&c=2) [https://e.org](https://e.org)"
    )
    assert markdown.answer("a  \nb") == "a\\\nb"
