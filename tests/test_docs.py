"""The documents are true: examples run, links lead somewhere, generated pages are up to date."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY, jsonl

from corpuskit.cli import COMMANDS
from corpuskit.readers import READERS
from corpuskit.resources import read_json

PAGES = sorted(
    [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("examples/**/*.md")]
)
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def readme_corpus(tmp_path: Path) -> Path:
    """A folder as the README describes it, with its corpus.toml."""
    (tmp_path / "corpus.toml").write_text(_blocks(README, "toml")[0])
    (tmp_path / "raw" / "warta").mkdir(parents=True)
    (tmp_path / "raw" / "notes").mkdir()
    for i in range(5):
        text = f"Judul {i}\n\n2023-03-14 08:05:0{i}\n\nKalimat pertama {i}.\n\nKalimat kedua.\n"
        (tmp_path / "raw" / "warta" / f"00{i}.txt").write_text(text)
    notes = [
        {"headline": f"Head {i}", "body": f"Body {i}.", "date": "2023-03-14T08:05:00Z", "id": str(i)}
        for i in range(5)
    ]
    (tmp_path / "raw" / "notes" / "2023.jsonl").write_bytes(jsonl(notes))
    return tmp_path


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def test_readme_shell_session(readme_corpus: Path) -> None:
    """The README's shell session runs on the README's corpus."""
    script = "set -e\n" + _blocks(README, "sh")[0]
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=readme_corpus,
        capture_output=True,
        text=True,
        env=_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (readme_corpus / "release" / "berita-1.0.0.audit" / "ledger.parquet").is_file()


def test_readme_python(readme_corpus: Path) -> None:
    """The README's Python runs on the README's corpus."""
    code = _blocks(README, "python")[0]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=readme_corpus, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "10 ['id', 'source', 'title'" in done.stdout


def test_snippets_of_the_docs_run(readme_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python block of the docs runs beside a release of the README's corpus in every format."""
    import corpuskit

    spec = readme_corpus / "corpus.toml"
    output = '[output]\nformats = ["parquet", "arrow", "jsonl"]\nconfigs = ["language"]\n'
    spec.write_text(f"{spec.read_text()}\n{output}")
    corpuskit.build(spec, readme_corpus / "release")
    monkeypatch.chdir(readme_corpus)
    for page in REPOSITORY.glob("docs/*.md"):
        for code in _blocks(page.read_text(encoding="utf-8"), "python"):
            exec(compile(code, str(page), "exec"), {})


def test_snippets_of_a_card_run(readme_corpus: Path) -> None:
    """Every Python block of a card runs from the folder that holds the release."""
    import corpuskit

    release = corpuskit.build(readme_corpus / "corpus.toml", readme_corpus / "release")
    blocks = _blocks((release.path / "README.md").read_text(encoding="utf-8"), "python")
    used = ("datasets", "pyarrow.dataset", "polars", "duckdb", "corpuskit", "glob")
    assert [re.search(r"(?:import|from) ([\w.]+)", code)[1] for code in blocks] == list(used)  # type: ignore[index]
    for code in blocks:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=release.path.parent, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(REPOSITORY).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    """Every relative link of a page names a file that is there."""
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_generated_pages_are_up_to_date() -> None:
    """docs/generate.py would write what is there."""
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, page in module.PAGES.items():
        assert (REPOSITORY / name).read_text(encoding="utf-8") == page(), (
            f"run python docs/generate.py ({name})"
        )


def test_every_key_of_the_spec_is_documented() -> None:
    """docs/corpus-toml.md names every table and every key that corpus.toml may have."""
    text = (REPOSITORY / "docs" / "corpus-toml.md").read_text(encoding="utf-8")
    schema = read_json("corpus.schema.json")["properties"]
    for table, sub in schema.items():
        assert f"[{table}]" in text
        keys = (sub.get("items") or sub)["properties"]
        assert [key for key in keys if f"`{key}`" not in text] == []


def test_every_column_and_command_is_documented() -> None:
    """docs/articles.md names each column; the README each command and reader."""
    articles = (REPOSITORY / "docs" / "articles.md").read_text(encoding="utf-8")
    assert [c for c in read_json("article.schema.json")["properties"] if f"`{c}`" not in articles] == []
    assert [c.name for c in COMMANDS if f"corpuskit {c.name}" not in README] == []
    assert set(READERS) == set(
        read_json("corpus.schema.json")["properties"]["source"]["items"]["properties"]["reader"]["enum"]
    )


def test_first_screen_of_the_readme() -> None:
    """`make demo` and `make test` stand on the README's first screen."""
    first = README.splitlines()[:25]
    assert any("make demo" in line for line in first)
    assert any("make test" in line for line in first)


@pytest.mark.parametrize("name", sorted(p.name for p in (REPOSITORY / "schemas").glob("*.schema.json")))
def test_packaged_schemas_are_valid(name: str) -> None:
    """Each packaged schema is valid against its own meta-schema, by the reference library."""
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads((REPOSITORY / "schemas" / name).read_bytes()))
