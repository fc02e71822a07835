"""Conformance: the JSON Schema Test Suite by corpuskit's own verdict, beside that of the reference library.

Every case in which the verdict is not the one that the suite expects stands in conformance_deviations.json,
with its reason in words. The test fails for a case that is missing there, and for one that no longer deviates.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import corpuskit
from corpuskit.readers.dialect import parse_value
from corpuskit.validation import load_judge

SUITE = "json-schema-test-suite-2020-12"
HOST = "http://localhost:1234/"
DEVIATIONS = json.loads((Path(__file__).parent / "conformance_deviations.json").read_bytes())
DEPTH = 64


class Case(NamedTuple):
    """One case of the suite: its name is `file: group: description`."""

    name: str
    instance: Any
    expected: bool


class Group(NamedTuple):
    """The cases of one schema; the optional ones are judged with formats asserted."""

    file: str
    schema: Any
    cases: list[Case]

    @property
    def required(self) -> bool:
        """Whether every validator must agree."""
        return not self.file.startswith("optional/")


def groups(suite: Path) -> Iterator[Group]:
    """The groups of the suite, in the order of its files."""
    root = suite / "tests" / "draft2020-12"
    for path in sorted(root.rglob("*.json")):
        file = path.relative_to(root).as_posix()
        for group in json.loads(path.read_bytes()):
            cases = [
                Case(f"{file}: {group['description']}: {t['description']}", t["data"], t["valid"])
                for t in group["tests"]
            ]
            yield Group(file, group["schema"], cases)


def verdicts(group: Group, suite: Path, folder: Path) -> dict[str, bool | str]:
    """What corpuskit says of each case: schema and instances from bytes, by the way that `validate` takes."""
    file = folder / "schema.json"
    file.write_text(json.dumps(group.schema))
    try:
        _, judge = load_judge(file, formats=not group.required, registry={HOST: suite / "remotes"})
    except corpuskit.SchemaError as error:
        return dict.fromkeys((case.name for case in group.cases), f"refused: {error}")
    read = [parse_value(json.dumps(case.instance).encode(), DEPTH) for case in group.cases]
    return {case.name: judge.accepts(value) for case, value in zip(group.cases, read, strict=True)}


def reference(group: Group, suite: Path) -> dict[str, bool | str]:
    """What the jsonschema library says of each case, with a registry of its own."""
    import jsonschema
    from referencing import Registry, Resource
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import DRAFT202012

    @cache
    def retrieve(uri: str) -> Any:
        if not uri.startswith(HOST):
            raise NoSuchResource(ref=uri)
        contents = json.loads((suite / "remotes" / uri.removeprefix(HOST)).read_bytes())
        return Resource.from_contents(contents, default_specification=DRAFT202012)

    validator = jsonschema.Draft202012Validator(group.schema, registry=Registry(retrieve=retrieve))
    said: dict[str, bool | str] = {}
    for case in group.cases:
        try:
            said[case.name] = validator.is_valid(case.instance)
        except Exception as error:  # noqa: BLE001 - a pattern that Python does not know, a document that is not here
            said[case.name] = f"{type(error).__name__}: {error}"
    return said


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, bool | str]]:
    """A function that judges the whole suite once."""

    @cache
    def judge(suite: Path) -> dict[str, bool | str]:
        folder = tmp_path_factory.mktemp("suite")
        return {
            name: said for group in groups(suite) for name, said in verdicts(group, suite, folder).items()
        }

    return judge


def test_deviations_are_those_that_are_listed(
    shared: Callable[[str], Path], judged: Callable[[Path], dict[str, bool | str]]
) -> None:
    """Each case has the verdict that the suite expects, but for the listed ones, and these still deviate."""
    suite = shared(SUITE)
    said = judged(suite)
    cases = [case for group in groups(suite) for case in group.cases]
    assert len(cases) == len(said) == 2225
    deviating = {case.name: str(said[case.name]) for case in cases if said[case.name] != case.expected}
    unlisted = {name: verdict for name, verdict in deviating.items() if name not in DEVIATIONS}
    assert unlisted == {}
    assert [name for name in DEVIATIONS if name not in deviating] == []


def test_every_deviation_has_a_reason() -> None:
    """No deviation is listed without a sentence that says why."""
    assert all(len(reason.split()) >= 5 and reason.endswith(".") for reason in DEVIATIONS.values())
    assert list(DEVIATIONS) == sorted(DEVIATIONS)


def test_required_cases_agree_with_the_reference_library(
    shared: Callable[[str], Path], judged: Callable[[Path], dict[str, bool | str]]
) -> None:
    """Of the required cases, all that the reference library passes have its verdict, without exception."""
    suite = shared(SUITE)
    said = judged(suite)
    passed = 0
    for group in groups(suite):
        if group.required:
            other = reference(group, suite)
            for case in group.cases:
                if other[case.name] == case.expected:
                    passed += 1
                    assert said[case.name] == case.expected, case.name
    assert passed >= 1290


def test_the_public_function_gives_the_same_verdicts(
    shared: Callable[[str], Path], judged: Callable[[Path], dict[str, bool | str]], tmp_path: Path
) -> None:
    """`corpuskit.validate(document=True)` over files says of every case what the compiled schema says."""
    suite = shared(SUITE)
    said = judged(suite)
    schema = tmp_path / "schema.json"
    for group in groups(suite):
        schema.write_text(json.dumps(group.schema))
        files = {case.name: tmp_path / f"{number}.json" for number, case in enumerate(group.cases)}
        for case in group.cases:
            files[case.name].write_text(json.dumps(case.instance))
        try:
            report = corpuskit.validate(
                files.values(),
                schema,
                document=True,
                formats=not group.required,
                registry={HOST: suite / "remotes"},
            )
        except corpuskit.SchemaError:
            assert all(str(said[case.name]).startswith("refused") for case in group.cases)
            continue
        wrong = {f.file for f in report.findings if f.severity == "error"}
        assert {n: str(p) not in wrong for n, p in files.items()} == {n: said[n] for n in files}
        assert report.summary["invalid"] == len(wrong)


REAL = ["refRemote.json", "vocabulary.json"]


@pytest.mark.parametrize("file", REAL)
def test_the_command_line_gives_the_same_verdicts(
    shared: Callable[[str], Path], tmp_path: Path, file: str
) -> None:
    """`validate --document --no-formats --registry` exits 0 and 1 as the suite expects, one run a schema."""
    suite = shared(SUITE)
    for group in groups(suite):
        if group.file != file:
            continue
        (tmp_path / "schema.json").write_text(json.dumps(group.schema))
        names = [f"{number}.json" for number in range(len(group.cases))]
        for name, case in zip(names, group.cases, strict=True):
            (tmp_path / name).write_text(json.dumps(case.instance))
        done = subprocess.run(
            [sys.executable, "-m", "corpuskit", "validate", "--document", "--no-formats", "--format", "json",
             "--schema", "schema.json", f"--registry={HOST}={suite / 'remotes'}", *names],
            capture_output=True, text=True, cwd=tmp_path, check=False,
        )  # fmt: skip
        wrong = {f["file"] for f in json.loads(done.stdout)["findings"]}
        assert wrong == {n for n, case in zip(names, group.cases, strict=True) if not case.expected}
        assert done.returncode == bool(wrong)
