"""Text files judged twice: what decodes, what is empty, what has no body, by a reading that knows no layout code.

A file is refused where it is no text: not UTF-8 and without a byte order mark that says otherwise, or full of NUL.
It is refused as empty where nothing but blanks is left; what a headline alone is, the truth of a set must say.
"""

from __future__ import annotations

import codecs
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from judging import OF_FILES, Row, said

import corpuskit

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Of these quirks of id-seed-txt nothing is left that could be an article.
BARE = {"empty", "whitespace-only", "title-only"}


class Page(NamedTuple):
    """A text file with the kind of its error, None where it has none."""

    path: Path
    kind: str | None


def kind_of(data: bytes) -> str | None:
    """The kind of error that the bytes of a file alone decide, None for a text with something in it."""
    mark = next((m for m in MARKS if data.startswith(m)), b"")
    nuls = data.count(b"\0")
    if not mark and nuls and (nuls == len(data) or (nuls >= 8 and 4 * nuls >= len(data))):
        return "invalid-encoding"
    try:
        text = data[len(mark) :].decode(MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError:
        return "invalid-encoding"
    return None if text.strip() else "empty-text"


def compare_pages(name: str, pages: Sequence[Page]) -> Row:
    """Hold what validation of each file alone, and of all together, says beside what was wanted."""
    notes, missed, extra, differing = [], 0, 0, 0
    report = corpuskit.validate([page.path for page in pages])
    found: dict[str, list[corpuskit.Finding]] = {}
    for each in report.findings:
        if each.severity == "error" and each.kind not in OF_FILES:
            found.setdefault(each.file, []).append(each)
    for page in pages:
        here = found.pop(str(page.path), [])
        missed += page.kind is not None and not here
        extra += page.kind is None and bool(here)
        kinds = {each.kind for each in here}
        placed = all(each.line == 1 and each.offset == 0 for each in here)
        if kinds != ({page.kind} - {None}) or not placed:
            differing += 1
            notes.append(f"{name}: {page.path.name} wanted {page.kind}: {said(here)}")
    invalid = sum(page.kind is not None for page in pages)
    if (report.summary["records"], report.summary["invalid"]) != (len(pages), invalid) or found:
        notes.append(f"{name}: counted {report.summary}, others {list(found)}")
    return Row(name, len(pages), invalid, missed, extra, invalid, differing, tuple(notes))


def plain(name: str, folder: Path, scratch: Path) -> Row:
    """The files of a folder, each under a name that ends in .txt, judged by their bytes."""
    target = scratch / folder.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    pages = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != "SOURCE.md":
            copy = target / (path.name if path.suffix == ".txt" else path.name + ".txt")
            shutil.copyfile(path, copy)
            pages.append(Page(copy, kind_of(copy.read_bytes())))
    return compare_pages(name, pages)


def laid_out(data: Path) -> Row:
    """The files in the seed's layout, whose truth says which of them hold no article."""
    folder = data / "id-seed-txt"
    pages = []
    for row in map(json.loads, (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()):
        path = folder / "txt" / row["file"]
        kind = kind_of(path.read_bytes())
        pages.append(Page(path, kind or ("empty-text" if row["quirk"] in BARE else None)))
    return compare_pages("id-seed-txt", pages)


def damaged(scratch: Path) -> Row:
    """A page as bytes of other encodings, with and without a mark, cut inside a character, filled with NUL."""
    text = "Judul berita\n\n2017-12-19 13:16:05\n\nSebuah kalimat dengan \u00e9 dan \u65e5\u672c yang cukup panjang.\n"
    others = (*MARKS.values(), "latin-1", "cp1252", "shift_jis", "gb18030", "utf-7")
    made = {name: text.encode(name, "replace") for name in others}
    made |= {f"{name}-marked": mark + text.encode(name) for mark, name in MARKS.items()}
    whole = text.encode()
    cut = whole.index("\u65e5".encode()) + 1
    made |= {
        "empty": b"", "mark-alone": codecs.BOM_UTF8, "blank": b" \r\n\t\n",
        "blank-unicode": "\u00a0\n\u3000\n".encode(),
        "cut": whole[:cut], "nul": b"\0" * 40, "nuls-seven": whole + b"\0" * 7, "surrogate": whole + b"\xed\xa0\x80",
        "overlong": whole + b"\xc0\xaf", "beyond": whole + b"\xf4\x90\x80\x80", "cr": whole.replace(b"\n", b"\r"),
        "marked-utf-8-cut": codecs.BOM_UTF8 + whole[:cut],
        "utf-16-odd": codecs.BOM_UTF16_LE + text.encode("utf-16-le")[:-1],
    }  # fmt: skip
    folder = scratch / "encodings"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    pages = []
    for name, raw in made.items():
        path = folder / f"{name}.txt"
        path.write_bytes(raw)
        pages.append(Page(path, kind_of(raw)))
    return compare_pages("encodings, made", pages)


def rows(data: Path, scratch: Path) -> Iterator[Row]:
    """Every set of text files that is here."""
    for name in ("seed", "books-gutenberg", "udhr-encodings"):
        if (data / name).is_dir():
            yield plain(name, data / name, scratch)
    if (data / "id-seed-txt").is_dir():
        yield laid_out(data)
    yield damaged(scratch)
