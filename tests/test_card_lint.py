"""The linter of cards: what is wrong with the README.md of any dataset, and what to write instead."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner
from conftest import REPOSITORY, article, jsonl
from huggingface_hub import DatasetCard
from hypothesis import given
from hypothesis import strategies as st

import corpuskit
from corpuskit.card import check_card, front_matter, render_card
from corpuskit.card.linting import lint_card
from corpuskit.cards import check_any_card
from corpuskit.cli import root
from corpuskit.errors import SpecError
from corpuskit.findings import Finding
from corpuskit.hub_terms import hub_tasks, task_hint
from corpuskit.kinds import KINDS
from corpuskit.licenses import hub_license_ids
from corpuskit.resources import read_json
from corpuskit.spec import load_spec

Corpus = Callable[..., Path]
FACTS = json.loads((Path(__file__).parent / "manifest.example.json").read_bytes())
CARDS = sorted(
    path
    for path in (REPOSITORY.parent / "shared" / "data" / "hf-cards").glob("*.md")
    if path.name != "SOURCE.md"
)
GOOD = "license: mit\nlanguage: en\n"
ONE = "configs:\n- config_name: a\n"


def _lint(head: str, body: str = "") -> list[Finding]:
    return lint_card(f"---\n{head}---\n{body}")


def _only(head: str, kind: str) -> Finding:
    """The one finding about a head, of the kind that is meant."""
    found = _lint(head)
    assert [each.kind for each in found] == [kind], found
    return found[0]


def test_our_own_cards_are_right(tmp_path: Path) -> None:
    """Nothing is wrong with the card of the example, nor with one that has every key that [hub] may state."""
    assert lint_card(render_card(FACTS)) == []
    hub = {
        "task_categories": ["text-generation"], "task_ids": ["language-modeling"], "viewer": True,
        "annotations_creators": ["no-annotation"], "language_creators": ["found"], "source_datasets": ["original"],
        "paperswithcode_id": "contoh",
        "gating_form": {
            "heading": "H", "description": "D", "prompt": "P", "button_content": "B", "eu_disallowed": True,
            "fields": [
                {"name": "Company", "type": "text"}, {"name": "Use", "type": "select", "options": ["a", "b"]},
            ],
        },
    }  # fmt: skip
    facts = {**FACTS, "hub": hub}
    head = front_matter(facts)
    assert lint_card(render_card(facts)) == []
    (tmp_path / "README.md").write_text(render_card(facts))
    assert DatasetCard.load(tmp_path / "README.md").data.to_dict() == head
    assert list(head["extra_gated_fields"].items()) == [
        ("Company", "text"), ("Use", {"type": "select", "options": ["a", "b"]}),
    ]  # fmt: skip
    assert head["extra_gated_eu_disallowed"] is True
    assert head["multilinguality"] == ["multilingual"]


def test_every_licence_of_the_hub_passes_and_its_spdx_id_leads_to_it() -> None:
    """Every id of the hub's list passes; the SPDX id in its place is an error that names the hub's id."""
    for hub_id, entry in read_json("hub-licenses.json")["licenses"].items():
        more = "license_name: n\nlicense_link: LICENSE\n" if hub_id == "other" else ""
        assert _lint(f"license: {hub_id}\nlanguage: en\n{more}") == []
        for spdx in filter(None, (entry.get("spdx"), *entry.get("also", ()))):
            if spdx not in hub_license_ids():
                each = _only(f"license:\n- {spdx}\nlanguage: en\n", "unknown-license-id")
                assert f"`{hub_id}`" in str(each.hint), (spdx, each.hint)
                assert (each.line, each.pointer, each.severity) == (3, "/license/0", "error")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("apache 2.0", "`apache-2.0`"), ("cc-by-sa-4-0", "`cc-by-sa-4.0`"), ("MIT License", "`mit`"),
        ("MIT OR Apache-2.0", "[apache-2.0, mit]"), ("LicenseRef-Own", "license_name: licenseref-own"),
        ("nothing like it at all", "license_link"),
    ],
)  # fmt: skip
def test_licences_that_are_none(word: str, hint: str) -> None:
    """What the hub has no id for is told with the nearest id, or how terms of one's own are named."""
    assert hint in str(_only(f"license: {word}\nlanguage: en\n", "unknown-license-id").hint)


@pytest.mark.parametrize(
    ("head", "kind", "line", "severity", "words"),
    [
        ("license: other\nlanguage: en\n", "missing-card-key", 2, "warning", "license_name"),
        ("license: mit\nlanguage: en\nlicense_name: x\n", "bad-card-value", 4, "info", "license: other"),
        ("license: {a: 1}\nlanguage: en\n", "bad-card-value", 2, "error", "no text"),
        ("language: en\n", "missing-card-key", 1, "warning", "license"),
        ("license: mit\n", "missing-card-key", 1, "info", "language"),
        ("licenses: mit\nlanguage: en\n", "old-card-key", 2, "warning", "`license`"),
        ("license: mit\nlanguage: en\nlicence: mit\n", "old-card-key", 4, "warning", "`license`"),
        (GOOD + "size_catgories: n<1K\n", "old-card-key", 4, "warning", "`size_categories`"),
        ("license: mit\nlanguage: [en, English]\n", "unknown-language-code", 3, "error", "`en`"),
        ("license: mit\nlanguage:\n- en\n- zh-CN\n", "unknown-language-code", 5, "error", "language_details: zh-CN"),
        ("license: mit\nlanguage: EN\n", "unknown-language-code", 3, "error", "`en`"),
        ("license: mit\nlanguage: jp\n", "unknown-language-code", 3, "error", "`ja`"),
        ("license: mit\nlanguage: ind\n", "unknown-language-code", 3, "warning", "`id`"),
        ("license: mit\nlanguage: iw\n", "unknown-language-code", 3, "warning", "`he`"),
        ("license: mit\nlanguage: xxz\n", "unknown-language-code", 3, "warning", "639-3"),
        ("license: mit\nlanguage: no\n", "bad-card-value", 3, "warning", '`"no"`'),
        (GOOD + "task_categories: [text2text-generation]\n", "unknown-task", 4, "warning", "`text-generation`"),
        (GOOD + "task_categories: [sentiment-analysis]\n", "unknown-task", 4, "warning", "task_ids"),
        (GOOD + "task_categories:\n- text-clasification\n", "unknown-task", 5, "warning", "`text-classification`"),
        (GOOD + "task_ids: [translation]\n", "unknown-task", 4, "warning", "task_categories"),
        (GOOD + "task_ids: [machine-translation]\n", "unknown-task", 4, "warning", "`translation` into"),
        (GOOD + "task_ids: [text-retrieval-other-x]\n", "unknown-task", 4, "warning", "`tags`"),
        (GOOD + "size_categories: [1k<n<10k]\n", "bad-card-value", 4, "warning", "`1K<n<10K`"),
        (GOOD + "size_categories: unknown\n", "bad-card-value", 4, "warning", "Leave it out"),
        (GOOD + "multilinguality: bilingual\n", "bad-card-value", 4, "warning", "multilingual"),
        (GOOD + "annotations_creators: expert-annotated\n", "bad-card-value", 4, "warning", "expert-generated"),
        (GOOD + "language_creators: no-annotation\n", "bad-card-value", 4, "warning", "found"),
        (GOOD + "source_datasets: ['a b c']\n", "bad-card-value", 4, "warning", "original"),
        (GOOD + "viewer: 'no'\n", "bad-card-value", 4, "warning", "false"),
        (GOOD + "tags: [1]\n", "bad-card-value", 4, "warning", "text"),
        (GOOD + "extra_gated_fields:\n  Company: txt\n", "bad-card-value", 5, "warning", "`text`"),
        (GOOD + "license: mit\n", "duplicate-key", 4, "error", "line 2"),
        (GOOD + "dataset_info:\n  x: 1\n  x: 2\n", "duplicate-key", 6, "error", "`x`"),
        (GOOD + "configs: 7\n", "bad-configs", 4, "error", "list"),
        (GOOD + "configs: [en, id]\n", "bad-configs", 4, "error", "config_name"),
        (GOOD + "configs:\n- data_files: x\n", "bad-configs", 5, "error", "config_name"),
        (GOOD + "configs:\n- config_name: a\n  data_files: {train: x}\n", "bad-configs", 6, "error", "glob"),
        (GOOD + f"{ONE}  data_files:\n  - split: a-b\n    path: x\n", "bad-configs", 7, "error", "split"),
        (GOOD + "configs:\n- config_name: a\n  data_files: ../x\n", "bad-configs", 6, "error", "out of"),
        (GOOD + "configs:\n- config_name: a\n- config_name: a\n", "bad-configs", 6, "error", "second"),
        (GOOD + f"{ONE}  default: true\n- config_name: default\n", "bad-configs", 7, "error", "default"),
        (GOOD + "dataset_info: 7\n", "bad-dataset-info", 4, "error", "mapping"),
        (GOOD + "dataset_info:\n  splits:\n  - name: train\n", "bad-dataset-info", 6, "warning", "num_bytes"),
        (GOOD + "dataset_info:\n  features:\n  - dtype: string\n", "bad-dataset-info", 6, "error", "name"),
    ],
)  # fmt: skip
def test_each_mistake(head: str, kind: str, line: int, severity: str, words: str) -> None:
    """Each mistake is one finding with its line and what to write instead."""
    each = _only(head, kind)
    assert (each.line, each.severity) == (line, severity)
    assert words in f"{each.message} {each.hint}"


@pytest.mark.parametrize(
    ("text", "line", "severity", "words"),
    [
        ("# Title\n", 1, "warning", "no YAML head"),
        ("", 1, "warning", "no YAML head"),
        ("Words.\n\n---\nlicense: mit\n---\n", 3, "error", "first line"),
        ("\n---\nlicense: mit\nlanguage: en\n---\n", 2, "error", "first line"),
        ("\ufeff---\nlicense: mit\nlanguage: en\n---\n", 1, "warning", "byte order mark"),
        ("--- \nlicense: mit\nlanguage: en\n---\n", 1, "error", "white space"),
        ("---\nlicense: mit\nlanguage: en\n--- \n", 4, "error", "white space"),
        ("---\nlicense: mit\n", 1, "error", "not closed"),
        ("---\nlicense: mit\na: &b 1\nc: *b\n---\n", 2, "error", "aliases"),
        ("---\na:\n\t- b\n---\n", 3, "error", "tabs"),
        ("---\na: b: c\n---\n", 2, "error", "quotes"),
        ("---\nlicense: mit\na: " + "[" * 60 + "]" * 60 + "\n---\n", 2, "error", "deep"),
        ("---\na: '" + "x" * 300_000 + "'\n---\n", 2, "error", "bytes"),
        ("---\na: !!python/object:os.system x\n---\n", 2, "error", "constructor"),
        ("---\n- a\n---\n", 2, "error", "mapping"),
    ],
)  # fmt: skip
def test_heads_that_cannot_be_read(text: str, line: int, severity: str, words: str) -> None:
    """A head that readers do not find, or that is not safe to read, is a finding with its line."""
    (each,) = lint_card(text)
    assert (each.kind, each.line, each.severity) == ("bad-card-head", line, severity)
    assert words in f"{each.message} {each.hint}"


def test_placeholders_are_counted() -> None:
    """What a template left is counted, with the line of the first; BibTeX braces and our marks are none."""
    body = (
        "# T\n[More Information Needed]\n\n[more information needed]\n<!-- Provide a summary. -->\n"
        "{{squad}} <!-- ours -->\n"
    )
    found = _lint(GOOD, body)
    assert [(each.kind, each.line, each.severity) for each in found] == [
        ("placeholder-text", 6, "info"), ("placeholder-text", 9, "info"),
    ]  # fmt: skip
    assert "2 times" in found[0].message


TEST_SPLIT = "  - name: test\n    num_bytes: 240\n    num_examples: 12\n"


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A dataset of two Parquet files, with a card that is right."""
    for name, rows in (("train", 30), ("test", 12)):
        (tmp_path / "set" / "data").mkdir(parents=True, exist_ok=True)
        table = pa.table({"id": list(range(rows)), "text": [f"t{n}" for n in range(rows)]})
        pq.write_table(table, tmp_path / "set" / "data" / f"{name}-00000-of-00001.parquet")
    sizes = [path.stat().st_size for path in (tmp_path / "set" / "data").iterdir()]
    head = {
        "license": "mit", "language": "en", "size_categories": ["n<1K"],
        "configs": [
            {"config_name": "default", "data_files": [
                {"split": name, "path": f"data/{name}-*.parquet"} for name in ("train", "test")
            ]},
        ],
        "dataset_info": {
            "features": [{"name": "id", "dtype": "int64"}, {"name": "text", "dtype": "string"}],
            "splits": [
                {"name": "train", "num_bytes": 600, "num_examples": 30},
                {"name": "test", "num_bytes": 240, "num_examples": 12},
            ],
            "download_size": sum(sizes), "dataset_size": 840,
        },
    }  # fmt: skip
    (tmp_path / "set" / "README.md").write_text(f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n")
    return tmp_path / "set"


@pytest.mark.parametrize(
    ("old", "new", "kind", "severity", "words", "loads"),
    [
        ("", "", "", "", "", True),
        ("num_examples: 30", "num_examples: 31", "stale-dataset-info", "error", "the files have 30 rows", False),
        (TEST_SPLIT, "", "stale-dataset-info", "error", "no such split", False),
        ("download_size: ", "download_size: 1", "stale-dataset-info", "warning", "the files have", True),
        ("dataset_size: 840", "dataset_size: 841", "stale-dataset-info", "warning", "sum to 840", True),
        ("  - name: text\n    dtype: string\n", "", "stale-dataset-info", "error", "'text'", False),
        ("dtype: string\n", "dtype: int64\n", "stale-dataset-info", "error", "int64", False),
        ("data/train-*.parquet", "data/trains-*.parquet", "bad-configs", "error", "no file", False),
        ("n<1K", "1M<n<10M", "wrong-claim", "warning", "`n<1K`", True),
    ],
)  # fmt: skip
def test_numbers_beside_the_files(
    dataset: Path, tmp_path: Path, old: str, new: str, kind: str, severity: str, words: str, loads: bool
) -> None:
    """What a card says of its files is compared with them; an error is what `load_dataset` fails at, nothing else."""
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    card = dataset / "README.md"
    assert old in card.read_text()
    card.write_text(card.read_text().replace(old, new, 1))
    found = check_any_card(dataset)
    told = [f"{each.message} {each.hint}" for each in found if (each.kind, each.severity) == (kind, severity)]
    assert any(words in each for each in told) if kind else found == []
    assert any(each.severity == "error" for each in found) != loads
    try:
        load_dataset(str(dataset), cache_dir=str(tmp_path / "cache"))
        loaded = True
    except (ValueError, OSError, DatasetsError):
        loaded = False
    assert loaded == loads


def test_numbers_are_left_alone_where_nobody_can_know(dataset: Path) -> None:
    """Without the data beside it, and where pointers of large files stand in its place, a card's numbers stand."""
    shutil.rmtree(dataset / "data")
    assert check_any_card(dataset) == []
    (dataset / "data").mkdir()
    for name in ("train", "test"):
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
        (dataset / "data" / f"{name}-00000-of-00001.parquet").write_text(pointer)
    assert check_any_card(dataset / "README.md") == []


def test_the_command_line(dataset: Path, tmp_path: Path) -> None:
    """Exit 0, 1 and 2, text with a hint for each finding, and JSON."""

    def run(*args: object) -> Any:
        return CliRunner().invoke(root, ["card", "--check", *map(str, args)], standalone_mode=False)

    assert run(dataset).return_value == 0
    bad = tmp_path / "any.md"
    bad.write_text("---\nlicense: MIT\nlanguage: [jp, English]\n---\n")
    done = run(bad, dataset)
    assert done.return_value == 1
    assert all(f"{bad}:{line}: " in done.output for line in (2, 3))
    assert all(hint in done.output for hint in ("Write `mit`", "Write `ja`", "Write `en`"))
    answer = json.loads(run(bad, "--format", "json").output)
    assert answer["ok"] is False
    assert [(f["kind"], f["line"], f["file"]) for f in answer["findings"]] == [
        ("unknown-license-id", 2, str(bad)), *[("unknown-language-code", 3, str(bad))] * 2,
    ]  # fmt: skip
    bad.write_bytes(b"---\nlicense: \xff\n---\n")
    assert json.loads(run(bad, "--format", "json").output)["findings"][0]["kind"] == "invalid-encoding"
    missing = CliRunner().invoke(root, ["card", "--check", str(tmp_path / "none.md")])
    assert isinstance(missing.exception, SpecError)
    assert missing.exception.exit_code == 2


def test_a_release_is_linted_and_compared(corpus: Corpus, tmp_path: Path) -> None:
    """On a release every difference from the facts is told, and what is wrong with keys of others, too."""
    release = corpuskit.build(corpus({"a.jsonl": jsonl([article(i) for i in range(9)])}), tmp_path / "out")
    assert check_any_card(release.path) == []
    readme = release.path / "README.md"
    readme.write_text(
        readme.read_text()
        .replace("---\n", "---\ntask_ids: [nothing-known]\n", 1)
        .replace("license: cc-by-4.0", "license: CC-BY-4.0")
    )
    found = check_any_card(release.path)
    assert sorted(each.kind for each in found) == ["unknown-task", "wrong-claim"]


@pytest.mark.skipif(not CARDS, reason="the real cards of ../shared/data/hf-cards are not here")
def test_real_cards_are_read() -> None:
    """Each real card is read; each finding has a known kind, a line of the card and a hint."""
    for path in CARDS:
        text = path.read_bytes().decode()
        found = lint_card(text)
        assert all(
            each.kind in KINDS and each.hint and 1 <= (each.line or 0) <= text.count("\n") + 1
            for each in found
        )
        assert not any(each.kind == "bad-card-head" for each in found), path
        # `datasets` needs a mapping for each config: names alone are an error, and nothing else here is.
        head = yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n"))
        names_alone = isinstance(head.get("configs"), list) and all(
            isinstance(c, str) for c in head["configs"]
        )
        assert any(each.kind == "bad-configs" for each in found) == names_alone


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    """Whatever a card holds, it has findings or none; nothing is raised."""
    for each in (text, f"---\n{text}\n---\n", f"---\nconfigs:\n{text}\ndataset_info: {text}\n---\n"):
        assert all(finding.kind in KINDS for finding in lint_card(each))


NAMES = (
    "config_name", "data_files", "split", "path", "features", "splits", "name", "num_bytes", "num_examples", "dtype",
    "default",
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
LINTED = (
    "license", "language", "task_categories", "task_ids", "size_categories", "tags", "viewer", "configs",
    "dataset_info", "extra_gated_fields", "source_datasets", "pretty_name", "multilinguality",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(LINTED), JSON, max_size=6))
def test_no_value_raises(head: dict[str, Any]) -> None:
    """Whatever the keys hold, also with files beside the card, nothing is raised."""
    text = f"---\n{yaml.safe_dump(head)}---\n"
    for each in lint_card(text, {"data/train-00000-of-00001.parquet": 7}):
        assert each.kind in KINDS


def test_tasks_of_corpus_toml(corpus: Corpus) -> None:
    """A task or creator that the hub does not list is refused with its line and the nearest one."""
    for key, word, hint in (
        ("task_categories", "text-generatoin", "text-generation"),
        ("task_categories", "language-modeling", "task_ids"),
        ("task_ids", "languagemodeling", "language-modeling"),
        ("language_creators", "crowd", "crowdsourced"),
    ):
        spec = corpus({"a.jsonl": b""}, extra=f'[hub]\n{key} = ["{word}"]')
        with pytest.raises(SpecError, match=re.escape(f"hub.{key}[0]")) as caught:
            load_spec(spec)
        assert hint in str(caught.value)
        assert caught.value.line is not None


def test_moved_tasks_lead_to_listed_ones() -> None:
    """Every old task category leads to one of the list, and none of them is still in it."""
    data = read_json("hub-tasks.json")
    for old, new in data["moved"].items():
        assert old not in hub_tasks()
        assert new in hub_tasks()
        assert new in task_hint(old)


def test_the_order_of_configs_says_nothing() -> None:
    """Configs and their infos in another order are the same claims; another value is named by its config."""

    def card(*names: str, rows: int = 7) -> str:
        files = [{"split": "train", "path": "data/*.parquet"}]
        head = {
            "configs": [{"config_name": name, "data_files": files} for name in names],
            "dataset_info": [{"config_name": name, "splits": [{"num_examples": rows}]} for name in names],
        }
        return f"---\n{yaml.safe_dump(head)}---\n"

    expected = card("default", "language-id")
    assert check_card(card("language-id", "default"), expected) == []
    (found,) = check_card(card("language-id", "default", rows=8), expected)
    assert "`dataset_info.default.splits[0].num_examples` says 8; the data say 7" in found.message
