"""Puts our YAML keys and our marked blocks into a card that others wrote, and leaves every other byte alone."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from corpuskit.card.foreign import read_head
from corpuskit.card.front_matter import split_card
from corpuskit.card.splicing import splice
from corpuskit.errors import InputError
from corpuskit.layout import README

# White space before the head, and after its lines of dashes: with it some of the clients find no head.
_OPENING = re.compile(r"\ufeff?\s*---[ \t]*\r?\n")
_CLOSING = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_MARK = re.compile(r"<!-- (?P<close>/?)corpuskit:(?P<name>[a-z-]+) -->")


def merge_card(theirs: str, ours: str) -> str:
    """A card of others with the keys and the blocks of ours; merging a second time changes nothing.

    In the YAML head, a key of ours takes the place of theirs of the same name, and is added at the end where they
    have none; `tags`, `configs` and `dataset_info` also keep the entries of others (see `merged_value`). All other
    keys stay as they are written, comments and order included. In the body, our blocks are put where they stand
    already, a new one behind the block that comes before it in ours, and all of them at the end of a card that has
    none; a block that ours does not have any more goes. Line ends are those of theirs. Raises InputError, with
    nothing changed, where the head cannot be read safely or a block is not closed.
    """
    if not theirs.strip("\ufeff \t\r\n"):
        return ours
    first = theirs.find("\n")
    line_end = "\r\n" if theirs[first - 1 : first] == "\r" else "\n"
    our_head, our_body = split_card(ours)
    try:
        head, body = _head_and_body(theirs)
        fence = f"---{line_end}"
        merged = fence + _merged_head(head or "", our_head, line_end) + fence
        space = line_end if head is None else ""
        return merged + space + _merged_body(body, our_body, line_end)
    except ValueError as error:
        hint = "Repair that place by hand and merge again; nothing was changed."
        raise InputError(README, f"cannot be merged with ours: {error}.", hint) from error


def _head_and_body(text: str) -> tuple[str | None, str]:
    """The lines of the YAML head, None where there is none, and what follows; raises ValueError for an open head."""
    opening = _OPENING.match(text)
    if opening is None:
        return None, text.removeprefix("\ufeff")
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise ValueError("the YAML head is not closed by a `---` line")
    return text[opening.end() : closing.start()], text[closing.end() :]


def _merged_head(source: str, ours: Mapping[str, Any], line_end: str) -> str:
    if source.replace("\r\n", "").find("\r") >= 0:
        raise ValueError("the YAML head has line ends that are a carriage return alone")
    read_head(source, empty=True)
    return splice(source, ours, line_end)


def _merged_body(body: str, ours: str, line_end: str) -> str:
    blocks = {name: text.replace("\n", line_end) for name, text in marked_pieces(ours) if name}
    pieces = _without_obsolete(list(marked_pieces(body)), blocks, line_end)
    if not any(name for name, _ in pieces):
        text = "".join(text for _, text in pieces)
        apart = "" if not text.strip() else line_end if text.endswith("\n") else line_end * 2
        return text + apart + ours.lstrip("\n").replace("\n", line_end)
    order = list(blocks)
    for index, name in enumerate(order):
        places = {found: at for at, (found, _) in enumerate(pieces) if found}
        if name in places:
            continue
        if index:
            behind = places[order[index - 1]] + 1  # it is there by now
            pieces[behind:behind] = [("", line_end), (name, "")]
        else:
            first = min(places.values())
            pieces[first:first] = [(name, ""), ("", line_end)]
    return "".join(blocks[name] if name else text for name, text in pieces)


def _without_obsolete(
    pieces: list[tuple[str, str]], blocks: Mapping[str, str], line_end: str
) -> list[tuple[str, str]]:
    """The pieces without blocks that ours does not have, and without the line ends that followed them."""
    kept: list[tuple[str, str]] = []
    gone = False
    for name, text in pieces:
        obsolete = bool(name) and name not in blocks
        if not obsolete:
            kept.append((name, text.removeprefix(line_end) if gone else text))
        gone = obsolete
    return kept


def marked_pieces(body: str) -> Iterator[tuple[str, str]]:
    """The body in pieces: (name, text) of a marked block, marks included, and ("", text) of what lies between.

    Raises ValueError where a mark has no partner: what stands behind it might be the words of others.
    """
    at, opened = 0, None
    for mark in _MARK.finditer(body):
        name = mark["name"]
        if opened is None and not mark["close"]:
            opened = mark
        elif opened is not None and mark["close"] and name == opened["name"]:
            yield "", body[at : opened.start()]
            yield name, body[opened.start() : mark.end()]
            at, opened = mark.end(), None
        else:
            raise ValueError(_unpaired(opened or mark))
    if opened is not None:
        raise ValueError(_unpaired(opened))
    yield "", body[at:]


def _unpaired(mark: re.Match[str]) -> str:
    name, missing = mark["name"], "opened" if mark["close"] else "closed"
    wanted = f"<!-- {'' if mark['close'] else '/'}corpuskit:{name} -->"
    return f"the block `{name}` is not {missing}: `{wanted}` is missing, or stands elsewhere"
