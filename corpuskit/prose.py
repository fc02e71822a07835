"""The curator's prose: short Markdown files beside corpus.toml, each the answer to a question of the card."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from corpuskit import resources
from corpuskit.errors import OutputError, SpecError
from corpuskit.findings import Finding, finding

# Of one answer; hubs show the whole card, and a card of megabytes helps nobody.
MAX_BYTES = 64 * 1024
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Question(NamedTuple):
    """A question that only the curator can answer, the section of the card it belongs to, and who asks it."""

    id: str
    section: str
    title: str
    question: str
    source: str


@dataclass(frozen=True, slots=True)
class Prose:
    """The answers by question, and what was strange in their folder."""

    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Finding, ...] = ()


@cache
def questions() -> tuple[Question, ...]:
    """All questions, in the order of the card."""
    document = tomllib.loads((resources.folder("cards") / "questions.toml").read_text(encoding="utf-8"))
    return tuple(Question(**row) for row in document["question"])


def read_prose(folder: Path, named: str) -> Prose:
    """The answers in a folder; `named` is how corpus.toml calls it.

    A file that holds nothing but comments is no answer. Raises SpecError where the folder or a file in it cannot be
    read, is too long, or is not UTF-8.
    """
    if not folder.is_dir():
        raise SpecError("there is no such folder.", named, None, "`corpuskit init --questions` writes one.")
    known = {f"{question.id}.md": question.id for question in questions()}
    answers, remarks = {}, []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.name in known:
            if text := _answer(path, f"{named.rstrip('/')}/{path.name}"):
                answers[known[path.name]] = text
        else:
            near = difflib.get_close_matches(path.name.lower(), known, 1, 0.0)[0]
            message = f"no question is called {path.name!r}; the nearest is {near}, {_asked(known[near])!r}"
            remarks.append(finding("unknown-question", message, file=f"{named.rstrip('/')}/{path.name}"))
    return Prose(answers, tuple(remarks))


def _asked(identifier: str) -> str:
    return next(question.question for question in questions() if question.id == identifier)


def _answer(path: Path, named: str) -> str:
    """The text of an answer without comments; empty where there is none."""
    try:
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else None
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}.", named) from error
    if data is None:
        raise SpecError(
            "is no file (a folder, a link or a device).", named, None, "Put the answer into a plain file."
        )
    if len(data) > MAX_BYTES:
        raise SpecError(
            f"has more than {MAX_BYTES:,} bytes.", named, None, "Write a short answer that links to more."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError("is not UTF-8.", named) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _COMMENT.sub("", text).strip()


def template(question: Question) -> str:
    """The file of a question that nobody has answered yet."""
    return (
        f"<!-- {question.title}. {question.question}\n"
        f"     ({question.source}. Answer below, in Markdown; comments such as this one are left out.) -->\n"
    )


def write_templates(folder: Path) -> list[Path]:
    """Write a file for each question where there is none; those that are there are left alone.

    Raises OutputError where the folder cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for question in questions():
            path = folder / f"{question.id}.md"
            if not path.exists() and not path.is_symlink():
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(template(question))
                written.append(path)
    except OSError as error:
        raise OutputError(str(folder), f"cannot be written: {error.strerror or error}.") from error
    return written
