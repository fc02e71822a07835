"""Our keys and blocks in a card of others: ours are put in, and every byte of theirs stays."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from conftest import REPOSITORY, article, jsonl
from hypothesis import given, settings
from hypothesis import strategies as st

import corpuskit
from corpuskit.card import check_card, merge_card, render_card
from corpuskit.card.front_matter import split_card
from corpuskit.cards import check_release_card, rewrite_card
from corpuskit.errors import InputError

Corpus = Callable[..., Path]
FACTS = json.loads((Path(__file__).parent / "manifest.example.json").read_bytes())
OURS = render_card(FACTS)
OUR_KEYS = split_card(OURS)[0]
CARDS = sorted(
    path
    for path in (REPOSITORY.parent / "shared" / "data" / "hf-cards").glob("*.md")
    if path.name != "SOURCE.md"
)

# The hub's own expression for the head of a card, as its client has it.
HUB_HEAD = re.compile(r"^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))")
MARKED = re.compile(r"<!-- corpuskit:([a-z-]+) -->.*?<!-- /corpuskit:\1 -->", re.DOTALL)


def _halves(card: str) -> tuple[str, str]:
    """Head and body as the hub cuts them."""
    match = HUB_HEAD.match(card)
    assert match is not None
    return match[2], card[match.end() :]


def _key_texts(head: str) -> dict[str, str]:
    """The text of each key: its line, and the lines below that are indented or belong to a list."""
    found, name = {}, ""
    for line in head.splitlines(keepends=True):
        key = re.match(r"([A-Za-z_][\w-]*):", line)
        if key:
            name = key[1]
            found[name] = line
        elif line[:1] in {" ", "-"} and name:
            found[name] += line
    return {name: text.rstrip("\n") for name, text in found.items()}


@pytest.mark.skipif(not CARDS, reason="the real cards of ../shared/data/hf-cards are not here")
@pytest.mark.parametrize("path", CARDS, ids=lambda p: p.stem)
def test_real_cards_keep_every_key_and_word(path: Path) -> None:
    """A real card keeps each foreign key as it is written and its body whole, and carries our keys and blocks."""
    theirs = path.read_bytes().decode()
    merged = merge_card(theirs, OURS)
    head, body = _halves(theirs)
    merged_head, merged_body = _halves(merged)
    before, after = _key_texts(head), _key_texts(merged_head)
    assert [k for k in before if k not in OUR_KEYS] == [k for k in after if k not in OUR_KEYS]
    for key in before.keys() - OUR_KEYS.keys():
        assert after[key] == before[key]
    assert merged_body.startswith(body)
    assert check_card(merged, OURS) == []
    read = yaml.safe_load(merged_head)
    for key, value in OUR_KEYS.items():
        assert read[key] == value or key in {"tags", "dataset_info"}
    assert set(OUR_KEYS["tags"]) <= set(read["tags"])
    assert merge_card(merged, OURS) == merged


def test_foreign_entries_of_our_lists_stay_as_written() -> None:
    """Configs of others, and what is known of their features, stay as written; ours replace those of our names."""
    mine = "  # by hand\n  - config_name: mine   # two words\n    data_files: 'extra/*.csv'\n"
    old = "  - config_name: language-su\n    data_files: [{split: train, path: data/language-su/train-*.parquet}]\n"
    stale = "  - config_name: default\n    data_files: old/*\n"
    theirs = f"---\nconfigs: # all\n{stale}{mine}{old}dataset_info:\n  config_name: mine\n  features: []\n---\nHalo.\n"
    merged = merge_card(theirs, OURS)
    head = split_card(merged)[0]
    assert [c["config_name"] for c in head["configs"]] == ["default", "mine"]
    assert head["configs"][0] == OUR_KEYS["configs"][0]
    assert mine in merged
    assert [i["config_name"] for i in head["dataset_info"]] == ["default", "mine"]
    assert merge_card(merged, OURS) == merged
    assert check_card(merged, OURS) == []


@pytest.mark.parametrize(
    "entry",
    ["- config_name: mine\n  default: true\n  data_files: x/*\n", "- config_name: mine\n  default: true\n"],
)
def test_there_is_one_default(entry: str) -> None:
    """A config of others is no longer the default: `datasets` cannot load a card with two."""
    merged = merge_card(f"---\nconfigs:\n{entry}---\n", OURS)
    assert [c.get("default") for c in split_card(merged)[0]["configs"]] == [True, None]
    assert entry.replace("  default: true\n", "") in merged
    assert merge_card(merged, OURS) == merged


def test_tags_are_joined() -> None:
    """Tags of others come first and as written; ours are added once."""
    for tags in ("tags:\n  - 'a b'  # why\n  - datasets\n", "tags: ['a b', datasets]\n"):
        merged = merge_card(f"---\n{tags}---\n", OURS)
        assert split_card(merged)[0]["tags"] == ["a b", "datasets", "corpuskit"]
        assert merge_card(merged, OURS) == merged
    assert "  - 'a b'  # why\n  - datasets\n  - corpuskit\n" in merge_card(
        "---\ntags:\n  - 'a b'  # why\n  - datasets\n---\n", OURS
    )


def test_comments_order_quotes_and_line_ends_stay() -> None:
    """What stands around our keys stays byte for byte, with the line ends that the card has."""
    theirs = (
        '---\n# first\nviewer: "false"   # off\n\nlicense: mit # ours now\n# before notes\nnotes: |+\n'
        "  # no comment\n\n  end\n\n# last\n---\nWords.\n"
    )
    for line_end in ("\n", "\r\n"):
        merged = merge_card(theirs.replace("\n", line_end), OURS)
        plain = merged.replace("\r\n", "\n")
        assert plain.startswith('---\n# first\nviewer: "false"   # off\n\nlicense:\n- cc-by-4.0\n')
        assert "# before notes\nnotes: |+\n  # no comment\n\n  end\n\n# last\npretty_name: " in plain
        assert "\n---\nWords.\n\n<!-- corpuskit:head -->" in plain
        assert merged.count("\n") == merged.count(line_end)
        assert merge_card(merged, OURS) == merged
        assert check_card(merged, OURS) == []


@pytest.mark.parametrize(
    "theirs",
    [
        "",
        "\n",
        "\ufeff",
        "Only words.",
        "# T\r\n\r\nWords.\r\n",
        "---\n---\nx",
        "---\n{}\n---\n",
        "\ufeff\n---\na: 1\n--- \nx\n",
    ],
)
def test_cards_with_little_in_them(theirs: str) -> None:
    """A card without front matter gets one at its first line, and what it said stands below."""
    merged = merge_card(theirs, OURS)
    assert merged.startswith(("---\n", "---\r\n"))
    assert check_card(merged, OURS) == []
    assert merge_card(merged, OURS) == merged
    words = re.sub(r"---\s|\{\}|\ufeff", "", theirs).split("\n")
    assert all(line in merged.split("\n") for line in words if line.strip())


@pytest.mark.parametrize(
    ("theirs", "cause"),
    [
        ("---\na: 1\nNo end.\n", "not closed"),
        ("---\na: [1\n---\n", "cannot be read"),
        ("---\na: &x 1\nb: *x\n---\n", "aliases"),
        ("---\n- a\n---\n", "no mapping"),
        ("---\n{a: 1}\n---\n", "braces"),
        ("---\n  a: 1\n---\n", "indented"),
        ("---\n? a\n: 1\n---\n", "indented"),
        ("---\na: 1\n...\n---\n", "by lines"),
        ("---\nconfigs: [{config_name: mine, default: true}]\n---\n", "default: true"),
        ("---\nconfigs:\n- {config_name: mine, default: true}\n---\n", "default: true"),
        ("---\nconfigs:\n- default: true\n  config_name: mine\n---\n", "default: true"),
        ("---\na: " + "[" * 60 + "]" * 60 + "\n---\n", "deep"),
        (
            "<!-- corpuskit:head -->\nWords.\n<!-- corpuskit:glance -->\n<!-- /corpuskit:glance -->\n",
            "not closed",
        ),
        ("<!-- /corpuskit:head -->\nWords.\n", "not opened"),
    ],
)
def test_what_cannot_be_merged_is_refused(theirs: str, cause: str) -> None:
    """What cannot be read safely is refused in words that name the cause."""
    with pytest.raises(InputError, match=cause):
        merge_card(theirs, OURS)


def test_blocks_stay_where_others_put_them() -> None:
    """A block is renewed in its place; a lacking one comes behind its neighbour, an obsolete one goes."""
    blocks = {m[1]: m[0] for m in MARKED.finditer(OURS)}
    stale = blocks["glance"].replace("68", "99")
    gone = "<!-- corpuskit:gone -->\n7 articles\n<!-- /corpuskit:gone -->\n"
    theirs = f"---\n---\nIntro.\n\n{stale}\n\nBetween.\n\n{gone}{blocks['head']} same line\n"
    merged = merge_card(theirs, OURS)
    assert merged.index("Intro.") < merged.index(blocks["glance"]) < merged.index("Between.")
    assert merged.index("Between.") < merged.index(blocks["head"])
    assert f"{blocks['glance']}\n{blocks['load']}\n{blocks['lengths']}" in merged
    assert "gone" not in merged
    assert "99" not in re.findall(r"Articles \| (\d+)", merged)
    assert MARKED.sub("", merged).split() == [
        "---",
        *MARKED.sub("", _halves(merged)[0]).split(),
        "---",
        "Intro.",
        "Between.",
        "same",
        "line",
    ]
    assert check_card(merged, OURS) == []
    assert merge_card(merged, OURS) == merged


def test_a_duplicate_key_of_ours_stands_once() -> None:
    """Of a key of ours that stands twice, which hubs refuse, one is left."""
    merged = merge_card("---\nlicense: mit\nnote: 1\nlicense: isc\n---\n", OURS)
    assert len(re.findall("^license:", merged, re.MULTILINE)) == 1
    assert "note: 1\n" in merged


KEYS = st.from_regex(r"[a-z_][a-z0-9_-]{0,9}", fullmatch=True).filter(
    lambda k: k not in OUR_KEYS and k not in {"y", "n", "on", "off", "yes", "no", "true", "false", "null"}
)
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\ufeff\x85\ufffe\uffff"),
    max_size=30,
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)
STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([None, False, True]),
        "indent": st.integers(2, 6),
        "width": st.integers(20, 200),
        "allow_unicode": st.booleans(),
        "default_style": st.sampled_from([None, "'", '"', "|"]),
    }
)


@st.composite
def heads(draw: Any) -> str:
    """The source of a head: keys of theirs and of ours, each in a style of its own, with comments between."""
    keys = draw(st.lists(KEYS | st.sampled_from(sorted(OUR_KEYS)), max_size=8, unique=True))
    out = []
    for key in keys:
        out.append(draw(st.sampled_from(["", "\n", "# a comment\n", "#\n\n  # odd\n"])))
        value = draw(VALUES)
        style = draw(STYLES)
        text = yaml.safe_dump(value, **style).removesuffix("...\n")
        block = "\n" if isinstance(value, list | dict) and value and not text.startswith(("{", "[")) else " "
        out.append(
            f"{key}:{block}" + "".join("  " + line for line in text.splitlines(keepends=True)).lstrip()
            if block == " "
            else f"{key}:\n" + "".join("  " + line for line in text.splitlines(keepends=True))
        )
        if not out[-1].endswith("\n"):
            out.append("\n")
    return "".join(out)


BODIES = st.lists(
    st.sampled_from(
        [
            "Words.\n",
            "\n",
            "# Title\n",
            "---\n",
            "```\n",
            "<!-- a comment -->\n",
            *(m[0] + "\n" for m in list(MARKED.finditer(OURS))[:3]),
            "<!-- corpuskit:old -->\n1\n<!-- /corpuskit:old -->\n",
        ]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(heads(), BODIES, st.booleans())
def test_any_card_keeps_what_is_of_others(head: str, body: str, crlf: bool) -> None:
    """Whatever the keys, styles and blocks: values and words of others stay, ours are read back, twice is once."""
    try:
        before = yaml.safe_load(head) or {}
    except yaml.YAMLError:
        before = None
    theirs = f"---\n{head}---\n{body}"
    theirs = theirs.replace("\n", "\r\n") if crlf else theirs
    try:
        merged = merge_card(theirs, OURS)
    except InputError:
        assert before is None
        return
    after_head, after_body = _halves(merged)
    after = yaml.safe_load(after_head)
    expected = yaml.safe_load(_halves(theirs)[0]) if head else {}
    for key, value in expected.items():
        assert key in OUR_KEYS or repr(after[key]) == repr(value)
    for key, value in OUR_KEYS.items():
        if key not in {"tags", "configs", "dataset_info"}:
            assert after[key] == value
    assert MARKED.sub("", after_body).split() == MARKED.sub("", body).split()
    assert check_card(merged, OURS) == []
    assert merge_card(merged, OURS) == merged


def test_rewriting_a_release_keeps_what_others_wrote(corpus: Corpus, tmp_path: Path) -> None:
    """`card --write` renews our keys and blocks in README.md; keys and prose of others stay, and it verifies."""
    release = corpuskit.build(corpus({"a.jsonl": jsonl([article(i) for i in range(9)])}), tmp_path / "out")
    readme = release.path / "README.md"
    text = readme.read_text()
    changed = text.replace("---\n", "---\nviewer: false  # for now\n", 1).replace(
        "| Articles | 9 |", "| Articles | 8 |"
    )
    changed = (
        changed.replace("size_categories:\n- n<1K", "size_categories:\n- 1K<n<10K") + "\nOur own words.\n"
    )
    readme.write_text(changed)
    assert len(check_release_card(release.path)) == 2
    root = rewrite_card(release.path)
    assert (
        readme.read_text()
        == text.replace("---\n", "---\nviewer: false  # for now\n", 1) + "\nOur own words.\n"
    )
    assert [f.kind for f in corpuskit.verify(release.path, expect_root=root)] == ["foreign-file"]
    assert rewrite_card(release.path) == root
    readme.write_text("---\nbroken: [\n---\nWords.\n")
    with pytest.raises(InputError, match="cannot be merged"):
        rewrite_card(release.path)
    assert readme.read_text() == "---\nbroken: [\n---\nWords.\n"


def test_a_merged_card_loads(corpus: Corpus, tmp_path: Path) -> None:
    """`datasets` loads a release whose card carries configs and features of others."""
    from datasets import load_dataset

    release = corpuskit.build(corpus({"a.jsonl": jsonl([article(i) for i in range(9)])}), tmp_path / "out")
    (release.path / "extra").mkdir()
    pq.write_table(pa.table({"x": [1, 2]}), release.path / "extra" / "a.parquet")
    readme = release.path / "README.md"
    theirs = (
        "---\nconfigs:\n- config_name: more\n  default: true\n  data_files: extra/*.parquet\n"
        "dataset_info:\n- config_name: gone\n  features:\n  - name: x\n    dtype: int64\n---\nWords.\n"
    )
    readme.write_text(merge_card(theirs, readme.read_text()))
    assert load_dataset(str(release.path), split="train", cache_dir=str(tmp_path / "c")).num_rows == 9
    assert load_dataset(str(release.path), "more", split="train", cache_dir=str(tmp_path / "c")).num_rows == 2
