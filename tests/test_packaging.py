"""The wheel, the sdist and the editable install all carry schemas and cards, and build a corpus."""

import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY, article, jsonl

from corpuskit import resources

DATA = {
    p.relative_to(REPOSITORY).as_posix()
    for kind in ("schemas", "cards")
    for p in (REPOSITORY / kind).iterdir()
}


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of this checkout; the wheel is built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def test_wheel_and_sdist_carry_schemas_and_cards(distributions: tuple[Path, Path]) -> None:
    """Every file of schemas/ and cards/ is in both, with the licence and the type marker."""
    wheel, sdist = distributions
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"corpuskit/_data/{name}" for name in DATA} <= names
    assert "corpuskit/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    with tarfile.open(sdist) as archive:
        members = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        *DATA,
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "tests/conftest.py",
        "examples/corpus.toml",
    } <= members
    assert not {name for name in members if name.startswith((".venv", "build/", "tests/__pycache__"))}


def test_editable_install_finds_its_data() -> None:
    """From a checkout the packaged folders are found beside the package."""
    assert resources.folder("schemas").is_dir()
    assert (resources.folder("cards") / "card.md.jinja").is_file()


def test_the_wheel_builds_a_corpus_in_an_empty_environment(
    distributions: tuple[Path, Path], corpus: Callable[..., Path], tmp_path: Path
) -> None:
    """Installed into an empty environment, the wheel's own `corpuskit build` writes a release that verifies."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(distributions[0])], check=True, capture_output=True)
    spec = corpus({"a.jsonl": jsonl(article(i) for i in range(20))})
    program = str(home / "bin" / "corpuskit")
    built = subprocess.run(
        [program, "build", str(spec), "--out", str(tmp_path / "out")],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    verified = subprocess.run(
        [program, "verify", str(tmp_path / "out" / "tiny-1.0.0")], check=False, capture_output=True
    )
    assert verified.returncode == 0
