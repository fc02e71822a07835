"""The places where validation runs: a shell, GitHub, GitLab, pre-commit, Python; each recipe of the docs is run."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY, article, jsonl

ACTION = yaml.safe_load((REPOSITORY / ".github/actions/validate/action.yml").read_bytes())
HOOKS = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_bytes())
PAGE = (REPOSITORY / "docs" / "validation.md").read_text(encoding="utf-8")
FULL = {"source": "s", "language": "id", "license": "MIT"}
_ON_GITHUB = {"GITHUB_ACTIONS": "true"}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return {**known, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **more}


def _run(*command: str | Path, cwd: Path, text: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], cwd=cwd, input=text, capture_output=True, text=True, env=_environment(more), check=False
    )  # fmt: skip


def _validate(*arguments: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return _run(sys.executable, "-m", "corpuskit", "validate", *arguments, cwd=cwd, **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with good articles, bad ones, and a schema."""
    good = [article(i, **FULL) for i in range(5)]
    (tmp_path / "more").mkdir()
    (tmp_path / "articles.jsonl").write_bytes(jsonl(good))
    (tmp_path / "more" / "news.jsonl").write_bytes(jsonl(good))
    (tmp_path / "crawl.jsonl").write_bytes(jsonl([*(article(i, **FULL) for i in range(199)), article(199)]))
    (tmp_path / "bad.jsonl").write_bytes(jsonl([article(0, **FULL), *[{"id": str(i)} for i in range(25)]]))
    (tmp_path / "news.schema.json").write_text('{"required": ["id", "text"]}')
    (tmp_path / "articles.jsonl.gz").write_bytes(
        subprocess.run(["gzip", "-c"], input=jsonl(good), capture_output=True, check=True).stdout
    )
    return tmp_path


def test_reports_hold_what_print_leaves_out(folder: Path) -> None:
    """Each report has all findings, whatever is printed, and the exit code is that of the verdict."""
    options = [o for name in ("r.jsonl", "r.sarif", "r.xml") for o in ("--report", name)]
    done = _validate("bad.jsonl", *options, "--max-findings", "2", "--format", "json", cwd=folder)
    told = json.loads(done.stdout)
    count = sum(told["summary"]["by_kind"].values())
    assert (done.returncode, len(told["findings"]), told["truncated"]) == (1, 2, True)
    assert len((folder / "r.jsonl").read_text().splitlines()) == count == 100
    assert len(json.loads((folder / "r.sarif").read_bytes())["runs"][0]["results"]) == count
    texts = [t for f in ET.parse(folder / "r.xml").iter("failure") for t in (f.text or "").splitlines()]
    assert len([t for t in texts if t.startswith("bad.jsonl:")]) == count


def test_what_print_leaves_out_is_led_to(folder: Path) -> None:
    """Where not every finding is told, the last line says how to get them, unless a report has them."""
    (folder / "two.jsonl").write_bytes(jsonl([article(0, **FULL), article(1, **FULL, url=3)]))
    last = [
        _validate(*arguments, cwd=folder).stdout.splitlines()[-1]
        for arguments in (["bad.jsonl"], ["bad.jsonl", "--report", "r.jsonl"], ["two.jsonl"])
    ]
    assert last == [
        "→ All 100 findings, each with its place: --report findings.jsonl",
        "26 records: 1 valid, 25 invalid",
        "2 records: 1 valid, 1 invalid",
    ]


def test_a_damaged_input_is_reported_too(folder: Path) -> None:
    """With exit code 3 for a cut file the report is there, and says that the run did not end well."""
    (folder / "cut.jsonl.gz").write_bytes((folder / "articles.jsonl.gz").read_bytes()[:-9])
    done = _validate("cut.jsonl.gz", "articles.jsonl", "--report", "r.sarif", cwd=folder)
    assert done.returncode == 3
    run = json.loads((folder / "r.sarif").read_bytes())["runs"][0]
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert [r["ruleId"] for r in run["results"]] == ["unreadable-input"]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("r.html", 2, ".jsonl, .sarif, .xml"),
        ("gone/r.xml", 3, "gone/r.xml: cannot be written"),
        ("more.xml", 3, "more.xml: cannot be written"),
        ("bad.jsonl", 2, "is no report"),
    ],
)
def test_reports_are_refused_before_anything_is_read(folder: Path, name: str, code: int, words: str) -> None:
    """A report that cannot be is refused in a sentence, and no other report is written."""
    (folder / "more.xml").mkdir()
    before = (folder / "bad.jsonl").read_bytes()
    done = _validate("bad.jsonl", "--report", "first.sarif", "--report", name, cwd=folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "first.sarif").exists()
    assert (folder / "bad.jsonl").read_bytes() == before


@pytest.mark.parametrize("spec", ['[[source]]\npath = "articles.jsonl"\n', "no toml at all ["])
def test_a_report_never_replaces_an_article_of_a_corpus(folder: Path, spec: str) -> None:
    """A file that only a corpus.toml names, even a broken one, is no place for a report; it stays as it was."""
    before = (folder / "articles.jsonl").read_bytes()
    (folder / "corpus.toml").write_text(spec, encoding="utf-8")
    done = _validate("corpus.toml", "--report", "articles.jsonl", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "articles.jsonl: is no report" in done.stderr
    assert (folder / "articles.jsonl").read_bytes() == before


def test_a_report_replaces_a_report_of_its_form(folder: Path) -> None:
    """Validation is run again and again with the same command, whatever it found; other files are never replaced."""
    names = ("r.jsonl", "r.sarif", "r.xml")
    reports = [argument for name in names for argument in ("--report", name)]
    for path in ("bad.jsonl", "articles.jsonl", "bad.jsonl"):
        assert _validate(path, *reports, cwd=folder).returncode == (path == "bad.jsonl")
    for name in names:
        (folder / name).write_text('{"file": 1}\n<testsuites name="another"/>', encoding="utf-8")
        assert _validate("bad.jsonl", "--report", name, cwd=folder).returncode == 2


def test_some_invalid_records_are_allowed(folder: Path) -> None:
    """`--max-invalid` decides between exit 0 and 1, and text and JSON say how many were allowed."""
    assert _validate("crawl.jsonl", cwd=folder).returncode == 1
    done = _validate("crawl.jsonl", "--max-invalid", "1%", cwd=folder)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "200 records: 199 valid, 1 invalid (2 allowed)",
    )
    assert _validate("crawl.jsonl", "--max-invalid", "0.4%", cwd=folder).returncode == 1
    told = json.loads(_validate("crawl.jsonl", "--max-invalid", "1", "--format", "json", cwd=folder).stdout)
    assert told["summary"]["allowed"] == 1
    refused = _validate("gone.jsonl", "--max-invalid", "some", cwd=folder)
    assert (refused.returncode, "max-invalid: 'some' is neither" in refused.stderr) == (2, True)


def test_annotations_on_github_and_nowhere_else(folder: Path) -> None:
    """Only where GITHUB_ACTIONS is true, and only in text, findings are workflow commands, ten a level."""
    lines = _validate("bad.jsonl", cwd=folder, **_ON_GITHUB).stdout.splitlines()
    shown = [line for line in lines if line.startswith("::error ")]
    assert len(shown) == 10
    assert shown[0].startswith("::error file=bad.jsonl,line=2,title=missing-field%3A ")
    assert re.fullmatch(r"::error title=corpuskit validate::\d+ more of severity error", shown[-1])
    assert lines[-10:] == shown
    for more in ({}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_ACTIONS": "1"}):
        assert "::" not in _validate("bad.jsonl", cwd=folder, **more).stdout
    told = _validate("bad.jsonl", "--format", "json", cwd=folder, **_ON_GITHUB).stdout
    assert json.loads(told)["summary"]["invalid"] == 25


def _commands(log: str) -> list[str]:
    """The lines that GitHub takes for commands: `::` after blanks or `##[` anywhere, outside of a shield."""
    found, shield = [], ""
    for line in log.splitlines():
        if shield:
            shield = "" if line == f"::{shield}::" else shield
        elif match := re.fullmatch(r"::stop-commands::([0-9a-f]{32})", line):
            shield = match[1]
        elif line.lstrip().startswith("::") or "##[" in line:
            found.append(line)
    assert shield == ""
    return found


def test_no_value_is_a_command_on_github(folder: Path) -> None:
    """Names and values that look like workflow commands are none, in text and in JSON."""
    name = "::add-mask::x ##[add-mask]y.jsonl"
    (folder / name).write_bytes(
        jsonl([{"id": "##[stop-commands]z\n::error::boo", "text": "x\n::warning::w", "title": 3}])
    )
    text = _validate(name, cwd=folder, **_ON_GITHUB).stdout
    assert name in text
    commands = _commands(text)
    assert len(commands) > 2
    assert all(
        c.startswith(("::error file=%3A%3Aadd-mask%3A%3Ax", "::warning file=%3A%3Aadd-mask"))
        for c in commands
    )
    (folder / "s.json").write_text('{"properties": {"id": {"const": 1}}}')
    told = _validate(name, "--schema", "s.json", "--format", "json", cwd=folder, **_ON_GITHUB).stdout
    assert _commands(told) == []
    assert json.loads(told)["findings"][0]["file"] == name


# https://pre-commit.com/#new-hooks
_HOOK_KEYS = {
    "id", "name", "entry", "language", "files", "exclude", "types", "types_or", "exclude_types", "always_run",
    "fail_fast", "verbose", "pass_filenames", "require_serial", "description", "language_version",
    "minimum_pre_commit_version", "args", "stages",
}  # fmt: skip


def test_hooks_are_a_manifest_of_pre_commit() -> None:
    """Each hook has the keys that pre-commit needs, none that it does not know, and a regular expression for files."""
    # hook: files that it takes, and files that it does not
    names = {
        "corpuskit-validate": (
            ("a.jsonl", "deep/b.JSON", "000_ab.txt"),
            ("a.jsonl.bak", "ajsonl", "README.md", "a.txt/b.py"),
        ),
        "corpuskit-card": (
            ("berita-1.0.0/README.md", "out/my.corpus_2-10.2.3-rc.1/README.md"),
            ("README.md", "docs/README.md", "berita-1.0.0/data/README.md", "berita-1.0.0/README.md.bak"),
        ),
        "corpuskit-card-check": (
            ("README.md", "sets/one/README.md", "berita-1.0.0/README.md"),
            ("README.md.bak", "MYREADME.md", "docs/cards.md"),
        ),
    }
    assert [hook["id"] for hook in HOOKS] == list(names)
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= set(hook) <= _HOOK_KEYS
        assert hook["language"] == "python"
        taken, (takes, others) = re.compile(hook["files"]), names[hook["id"]]
        assert [name for name in takes if not taken.search(name)] == []
        assert [name for name in others if taken.search(name)] == []


def test_the_hook_passes_and_fails(folder: Path) -> None:
    """The hook's entry with file names behind it exits 0 for good files and 1 where one is bad."""
    entry = HOOKS[0]["entry"].split()
    good = _run(*entry, "articles.jsonl", "more/news.jsonl", cwd=folder)
    assert good.returncode == 0, good.stderr
    bad = _run(*entry, "articles.jsonl", "bad.jsonl", cwd=folder)
    assert (bad.returncode, "bad.jsonl:2" in bad.stdout) == (1, True)


def test_the_card_hook_passes_and_fails(folder: Path) -> None:
    """On README.md files of releases: exit 0 where all are true, 1 where one is not, naming it and its line."""
    entry = HOOKS[1]["entry"].split()
    source = {"files": ["articles.jsonl"], "license": "MIT", "language": "id"}
    readmes = []
    for name in ("one", "two"):
        (folder / "corpus.toml").write_text(
            f'[corpus]\nname = "{name}"\nversion = "1.0.0"\nlicense = "MIT"\n'
            f'[[source]]\nname = "s"\n' + "".join(f"{k} = {json.dumps(v)}\n" for k, v in source.items())
        )
        made = _run(sys.executable, "-m", "corpuskit", "build", "--out", "out", cwd=folder)
        assert made.returncode == 0, made.stderr
        readmes.append(f"out/{name}-1.0.0/README.md")
        assert re.search(HOOKS[1]["files"], readmes[-1])
    good = _run(*entry, *readmes, cwd=folder)
    assert (good.returncode, good.stderr) == (0, "")
    wrong = folder / readmes[1]
    wrong.write_text(wrong.read_text().replace("\n---\n", "\n---\n\nMy own words.\n", 1))
    assert _run(*entry, *readmes, cwd=folder).returncode == 0  # foreign prose is no difference
    wrong.write_text(wrong.read_text().replace("license: mit", "license: cc0-1.0"))
    bad = _run(*entry, *readmes, cwd=folder)
    assert bad.returncode == 1
    assert re.search(
        rf"^{readmes[1]}:\d+: error wrong-claim: `license` says 'cc0-1.0'", bad.stdout, re.MULTILINE
    ), bad.stdout
    assert bad.stdout.splitlines()[-2:] == [
        f"{readmes[0]}: the card says what the data say", f"{readmes[1]}: the card differs from the data",
    ]  # fmt: skip
    told = json.loads(_run(*entry, *readmes, "--format", "json", cwd=folder).stdout)
    assert (told["ok"], {f["file"] for f in told["findings"]}) == (False, {readmes[1]})
    folders = [str(Path(name).parent) for name in readmes]
    told = json.loads(_run(*entry, *folders, "--format", "json", cwd=folder).stdout)
    assert {f["file"] for f in told["findings"]} == {readmes[1]}
    told = json.loads(_run(*entry, folders[1], "--format", "json", cwd=folder).stdout)
    assert {f["file"] for f in told["findings"]} == {"README.md"}
    (folder / "README.md").write_text("# Mine\n")
    other = _run(*entry, "README.md", cwd=folder)
    assert (other.returncode, "no YAML head" in other.stdout) == (
        0,
        True,
    )  # the card of any dataset is linted
    for several in (["card", *folders], ["card", *folders, "--write"]):
        assert _run(sys.executable, "-m", "corpuskit", *several, cwd=folder).returncode == 2


def _act(folder: Path, **inputs: str) -> tuple[int, str, str, str]:
    """The action's own step, run as a runner does: exit code, log, step summary, outputs."""
    step = ACTION["runs"]["steps"][-1]
    asked = {name: str(row.get("default", "")) for name, row in ACTION["inputs"].items()} | inputs
    variables = {
        name: asked[re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)[1]]  # type: ignore[index] # none is a failure
        for name, value in step["env"].items()
    }
    assert step["shell"] == "bash"
    state = folder / ".runner"
    state.mkdir(exist_ok=True)
    (state / "step.sh").write_text(step["run"])
    for name in ("summary", "output"):
        (state / name).write_text("")
    done = _run(
        "bash", "--noprofile", "--norc", "-eo", "pipefail", state / "step.sh", cwd=folder, **variables, **_ON_GITHUB,
        GITHUB_STEP_SUMMARY=str(state / "summary"), GITHUB_OUTPUT=str(state / "output"), RUNNER_TEMP=str(state),
    )  # fmt: skip
    return (
        done.returncode,
        done.stdout + done.stderr,
        (state / "summary").read_text(),
        (state / "output").read_text(),
    )


def test_the_action_annotates_and_sums_up(folder: Path) -> None:
    """The action's step exits as the verdict is, annotates, writes summary, output and the reports asked for."""
    code, log, summary, output = _act(
        folder, paths="articles.jsonl\n\nbad.jsonl\n", report="r.sarif\nr.xml\n", **{"max-invalid": "3"}
    )
    assert (code, output) == (1, "exit-code=1\n")
    assert "::error file=bad.jsonl,line=2" in log
    assert "### corpuskit validate" in summary
    assert "Failed&#46; 31 records&#58; 6 valid&#44; 25 invalid &#40;3 allowed&#41;" in summary
    assert "| error | missing&#45;field | " in summary
    assert (folder / "r.sarif").is_file()
    assert (folder / "r.xml").is_file()


def test_the_action_takes_globs_and_schemas(folder: Path) -> None:
    """Globs are expanded, also through folders, names with blanks are one name, and clean articles pass."""
    (folder / "more" / "a b.jsonl").write_bytes(jsonl([{"id": "1", "text": "t"}]))
    code, log, summary, output = _act(folder, paths="**/a b.jsonl\nmore/*.jsonl", schema="news.schema.json")
    assert (code, output) == (0, "exit-code=0\n"), log
    assert "6 records&#58; 6 valid" in summary
    assert "Passed" in summary


@pytest.mark.parametrize(
    ("paths", "code"),
    [("gone/*.jsonl", 2), ("$(touch hacked)", 2), ("--help", 2), ('"; touch hacked; "', 2), ("", 2)],
)
def test_inputs_of_the_action_do_nothing(folder: Path, paths: str, code: int) -> None:
    """What an input says is a path and never a command or an option; a glob without files is a mistake."""
    done, log, summary, _ = _act(folder, paths=paths)
    assert done == code, log
    assert "Not run" in summary
    assert not (folder / "hacked").exists()


def test_the_action_is_composite_and_safe() -> None:
    """Every step has a shell or a `uses`, every input a description, and no expression stands in a script."""
    assert {"name", "description", "inputs", "outputs", "runs"} == set(ACTION)
    assert ACTION["runs"]["using"] == "composite"
    assert {"paths", "schema", "report"} <= set(ACTION["inputs"])
    for row in [*ACTION["inputs"].values(), *ACTION["outputs"].values()]:
        assert row["description"]
    for step in ACTION["runs"]["steps"]:
        assert "uses" in step or step["shell"] == "bash"
        assert "${{" not in step.get("run", "")


def test_recipes_for_the_shell_run(folder: Path) -> None:
    """Each line of the shell recipe exits 0 and leaves what it promises."""
    done = _run("bash", "-euo", "pipefail", "-c", _blocks("sh")[0], cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("findings.jsonl", "findings.sarif", "findings.xml", "result.json"):
        assert (folder / name).is_file()
    assert json.loads((folder / "result.json").read_bytes())["summary"]["records"] == 5


def test_recipes_in_yaml_run(folder: Path) -> None:
    """The recipes for pre-commit, GitHub and GitLab use hooks, inputs and commands that exist, and those run."""
    pre_commit, github, gitlab = (yaml.safe_load(block) for block in _blocks("yaml"))
    used, *cards = pre_commit["repos"][0]["hooks"]
    assert {card["id"] for card in cards} < {
        h["id"] for h in HOOKS
    }  # test_the_card_hook_passes_and_fails runs them
    hook = next(h for h in HOOKS if h["id"] == used["id"])
    assert re.search(used["files"], "articles/2023.jsonl")
    hooked = _run(*hook["entry"].split(), *used["args"], "articles.jsonl", cwd=folder)
    assert hooked.returncode == 0, hooked.stderr
    steps: list[dict[str, Any]] = github["jobs"]["validate"]["steps"]
    step = next(s for s in steps if "corpuskit" in s["uses"])
    path = step["uses"].partition("/corpuskit/")[2].partition("@")[0]
    assert (REPOSITORY / path / "action.yml").is_file()
    assert set(step["with"]) <= set(ACTION["inputs"])
    code, log, _, _ = _act(folder, **step["with"])
    assert code == 0, log
    assert (folder / steps[-1]["with"]["sarif_file"]).is_file()
    job = gitlab["validate"]
    for line in job["script"]:
        assert _run("bash", "-c", line, cwd=folder).returncode == 0
    assert ET.parse(folder / job["artifacts"]["reports"]["junit"]).getroot().tag == "testsuites"


def test_the_recipe_in_python_runs(folder: Path) -> None:
    """The Python recipe writes its report for good articles, and prints first places for bad ones."""
    code = _blocks("py")[0]
    done = _run(sys.executable, "-c", code, cwd=folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (folder / "findings.sarif").is_file()
    (folder / "bad.jsonl").replace(folder / "articles.jsonl")
    done = _run(sys.executable, "-c", code, cwd=folder)
    assert "findings of severity error\n  articles.jsonl:2: missing-field: " in done.stdout
