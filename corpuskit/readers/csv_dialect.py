"""Which marks a delimited file is written with: as declared, else told from its first bytes, and said."""

import json
from collections.abc import Sequence

from corpuskit.provenance import Source
from corpuskit.readers.csv_grammar import CR, LF, Fields, Grammar
from corpuskit.readers.csv_rows import Row, rows

# So much of a file is looked at.
SAMPLE = 64 << 10
# In the order in which they are preferred where all fit as well.
_DELIMITERS = (",", ";", "\t", "|")
_QUOTE = '"'
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SHOWN_COLUMNS, _SHOWN_CHARS = 12, 40


def sniffed(sample: bytes, source: Source, delimiter: str | None, *, whole: bool) -> Grammar:
    """The grammar of a file by its first bytes, but for what its source declares.

    `delimiter` is that of its format, None where the format leaves it open: the one that parts the most rows as it
    parts the first is taken. `whole` says that the sample is all of the file.
    """
    seen = sample if whole else sample[:-1]  # its last byte may be the first half of CR LF
    end = LF if LF in sample or CR not in seen else CR
    delimiter = source.delimiter or delimiter or _delimiter(sample, source.quote, end, whole=whole)
    if source.quote is not None:
        return Grammar(delimiter, source.quote, end)
    quoted = Grammar(delimiter, _QUOTE, end)
    found = _rows(sample, quoted, whole=whole)
    return Grammar(delimiter, "", end) if _are_texts(found, quoted) else quoted


def _rows(sample: bytes, grammar: Grammar, *, whole: bool) -> list[Row]:
    """The rows of a sample, but for the last where it may be cut."""
    found = list(rows(iter([sample]), grammar, len(sample)))
    return found if whole or len(found) < 2 else found[:-1]


def _delimiter(sample: bytes, quote: str | None, end: bytes, *, whole: bool) -> str:
    best, most = _DELIMITERS[0], (0.0, 1)
    for mark in _DELIMITERS:
        grammar = Grammar(mark, _QUOTE if quote is None else quote, end)
        widths = [len(_fields(row, grammar).values) for row in _rows(sample, grammar, whole=whole)]
        if widths and widths[0] > 1:
            score = (widths.count(widths[0]) / len(widths), widths[0])
            if score > most:
                best, most = mark, score
    return best


def _fields(row: Row, grammar: Grammar) -> Fields:
    """The fields of a row, none where quotes do not pair."""
    return Fields([]) if row.fault else grammar.split(row.raw.decode("latin-1"))


def _are_texts(found: Sequence[Row], grammar: Grammar) -> bool:
    """Whether quotes are text in a file: where they stand inside fields, and no field begins with one.

    Of files parted by tabs many know no quotes, and in some a field begins with a quotation: there the most count.
    """
    fields = [_fields(row, grammar) for row in found]
    faults = sum(row.fault is not None for row in found)
    pairs, strays = sum(f.pairs for f in fields), sum(f.strays for f in fields)
    if grammar.delimiter == "\t":
        return faults + strays > pairs
    return strays > 0 == faults + pairs + sum(f.late for f in fields)


def described(grammar: Grammar, names: Sequence[str]) -> str:
    """A grammar and the columns of a file in words."""
    marks = _NAMES.get(grammar.delimiter, json.dumps(grammar.delimiter))
    quote = f"quoted by {grammar.quote}" if grammar.quote else "never quoted"
    ends = ", lines ended by CR" if grammar.end == CR else ""
    shown = [json.dumps(name[:_SHOWN_CHARS], ensure_ascii=False) for name in names[:_SHOWN_COLUMNS]]
    more = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    what = f"fields parted by {marks}, {quote}{ends}"
    return f"{what}; {len(names)} column{'' if len(names) == 1 else 's'}: {', '.join(shown)}{more}"
