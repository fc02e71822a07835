"""The house as data: which module stands on which rung, and who may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import corpuskit

PACKAGE = Path(corpuskit.__file__).parent

# A module or folder imports only from lower rungs, or from its own folder.
LADDER = {
    0: [
        "errors",
        "resources",
        "shapes",
        "batches",
        "likeness",
        "tomlines",
        "meter",
        "kinds",
        "arrow",
        "parquet",
        "startup",
    ],
    1: [
        "digests",
        "schema",
        "findings",
        "licenses",
        "languages",
        "hub_terms",
        "timestamps",
        "provenance",
        "layout",
        "partitions",
        "splits",
        "features",
        "staging",
    ],
    2: [
        "readers",
        "validation",
        "dedup",
        "engines",
        "stats",
        "grouping",
        "output",
        "cache",
        "licensing",
        "prose",
    ],
    3: ["transforms", "spec", "writers", "verdicts", "places"],
    4: ["conform", "forms", "manifest"],
    5: ["card", "consumers", "phases"],
    6: ["croissant", "citation"],
    7: ["documents"],
    8: ["release", "audit", "card_files"],
    9: ["checks", "reports", "cards", "proposal", "reproduction", "tracing", "hub"],
    10: ["loading", "report", "console", "testing"],
    11: ["conversion"],
    12: ["cli"],
    13: ["__main__"],
}
RUNGS = {module: rung for rung, modules in LADDER.items() for module in modules}

# Heavy or foreign packages, and the only rooms that may import them.
OWNERS = {
    "pyarrow.parquet": {"parquet", "consumers"},  # which opens a release as others do
    "datasets": {"consumers", "loading"},
    "polars": {"consumers"},
    "duckdb": {"consumers"},
    "jsonschema_rs": {"validation"},
    "license_expression": {"licenses"},
    "langcodes": {"languages"},
    "language_data": {"languages"},
    "charset_normalizer": {"readers"},
    "orjson": {"readers"},
    "jinja2": {"card", "hub"},
    "markdown_it": {"hub"},
    "starlette": {"hub"},
    "uvicorn": {"hub"},
    "huggingface_hub": {"hub"},
    "pytest": {"testing"},
    "yaml": {"card"},
    "rich": {"console"},
    "click": {"cli"},
    "fsspec": {"places"},
    "s3fs": {"places"},
    "botocore": {"places"},
    "aiohttp": {"places"},
    "fcntl": {"staging"},
    "ctypes": {"staging", "engines"},
    "xxhash": {"digests", "likeness"},
}
NOWHERE = {"pandas", "pickle", "requests", "urllib.request", "logging"}


def _modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "_data" not in p.parts)


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> list[tuple[str, bool]]:
    """Every module that a file imports, and whether it does so at module level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(ast.iter_child_nodes(tree))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [(f"{node.module}.{alias.name}", node in top) for alias in node.names]
    return found


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    """A module imports only from lower rungs or from its own folder."""
    room = _room(path)
    if room == "__init__":
        return  # public names, resolved when used
    assert room in RUNGS, f"{room} has no rung: add it to the ladder"
    for name, _ in _imports(path):
        parts = name.split(".")
        if parts[0] != "corpuskit":
            continue
        other = parts[1]
        if other in RUNGS and other != room:
            assert RUNGS[other] < RUNGS[room], (
                f"{path.name} (rung {RUNGS[room]}) imports {name} (rung {RUNGS[other]})"
            )


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_packages_have_one_owner(path: Path) -> None:
    """A heavy or foreign package is imported by its owner alone."""
    room = _room(path)
    for name, _ in _imports(path):
        for package, owners in OWNERS.items():
            if name == package or name.startswith(package + "."):
                assert room in owners, f"{path} imports {name}, which belongs to {owners}"
        assert not any(name == p or name.startswith(p + ".") for p in NOWHERE), f"{path} imports {name}"


def test_no_import_cycles() -> None:
    """No module imports itself, directly or through others, at module level."""
    names = {".".join(("corpuskit", *p.relative_to(PACKAGE).with_suffix("").parts)): p for p in _modules()}
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    graph = {}
    for name, path in names.items():
        targets = set()
        for imported, at_top in _imports(path):
            if at_top:
                targets |= {t for t in (imported, imported.rpartition(".")[0]) if t in names and t != name}
        # A folder's __init__ gathers its files; they do not import it back.
        graph[name] = {t for t in targets if not name.startswith(t + ".")}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"cycle: {' -> '.join((*path, name))}"
        if name not in done:
            for target in graph[name]:
                visit(target, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    """Files stay under 420 lines and functions under 60; the tables of findings may run on."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 420
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{path.name}: {node.name}"


def test_public_names_are_sorted_and_documented() -> None:
    """`__all__` is sorted, every name resolves, and has a docstring."""
    assert corpuskit.__all__ == sorted(corpuskit.__all__)
    assert set(corpuskit.__all__) == set(corpuskit._HOMES)
    for name in corpuskit.__all__:
        assert getattr(corpuskit, name).__doc__, name


def _fresh(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_import_and_help_are_light() -> None:
    """`import corpuskit` and the help of the command line import neither pyarrow nor datasets nor rich."""
    code = (
        "import sys, corpuskit, corpuskit.cli\n"
        "from click.testing import CliRunner\n"
        "assert CliRunner().invoke(corpuskit.cli.root, ['--help']).exit_code == 0\n"
        "print(sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = ast.literal_eval(_fresh(code))
    heavy = {
        "pyarrow",
        "datasets",
        "numpy",
        "rich",
        "jsonschema",
        "jsonschema_rs",
        "jinja2",
        "yaml",
        "orjson",
        "starlette",
        "uvicorn",
        "huggingface_hub",
    }
    assert not heavy & set(loaded)
