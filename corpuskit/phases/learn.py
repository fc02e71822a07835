"""Before the map phase: what the texts of each source repeat, learned from a sample of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import islice

from corpuskit.conform import Conformer
from corpuskit.errors import InputError
from corpuskit.phases.plan import Input, MapTask, map_tasks
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece, Record
from corpuskit.schema import ArticleSchema
from corpuskit.spec import CorpusSpec
from corpuskit.transforms import Repeats, cuts_navigation
from corpuskit.transforms.learning.repeats import Sample, learn

# Enough texts to see what a source repeats, few enough to be read twice.
SAMPLE_TEXTS = 2000
# Of files that hold many records the first ones are read, in so many slices.
_SLICES, _TURN = 16, 50
# What is longer is no page of a site, and its ends say nothing about those of others.
_LONGEST_TEXT = 1 << 20


def learn_repeats(spec: CorpusSpec, inputs: Sequence[Input], schema: ArticleSchema) -> dict[str, Repeats]:
    """What each source repeats, by name; sources in which no navigation is looked for are left out.

    The sample hangs on the names of the files alone, so that one more article changes one text of it.
    """
    learned = {}
    for source in spec.sources:
        own = [i for i in inputs if i.source == source.name and cuts_navigation(source, i.reader)]
        if own:
            learned[source.name] = learn(_samples(spec, source, own, schema))
    return learned


def _samples(
    spec: CorpusSpec, source: Source, inputs: Sequence[Input], schema: ArticleSchema
) -> Iterator[Sample]:
    """Texts of a source: whole files, and the first records of files that hold many."""
    conformer = Conformer.of(schema, source)
    pages = sampled([i for i in inputs if i.reader == "text"], SAMPLE_TEXTS)
    for task in map_tasks(spec, pages):
        yield from _texts(task, conformer, spec.limits)
    tasks: defaultdict[str, list[MapTask]] = defaultdict(list)
    for task in map_tasks(spec, [i for i in inputs if i.reader != "text"]):
        tasks[task.pieces[0].name].append(task)
    # By numbers, not by places: what is inserted before a slice moves it and changes nothing in it.
    ranked = sorted(
        (_rank(f"{name}\0{n}"), task) for name, own in tasks.items() for n, task in enumerate(own)
    )
    chosen = [task for _, task in ranked[:_SLICES]]
    yield from islice(_by_turns([_texts(task, conformer, spec.limits) for task in chosen]), SAMPLE_TEXTS)


def _by_turns(streams: list[Iterator[Sample]]) -> Iterator[Sample]:
    """Some of each stream in turn: one that has few leaves its share to the others."""
    while streams:
        turn = [(stream, list(islice(stream, _TURN))) for stream in streams]
        for _, samples in turn:
            yield from samples
        streams = [stream for stream, samples in turn if len(samples) == _TURN]


def sampled(inputs: Sequence[Input], most: int) -> list[Input]:
    """At most so many files, chosen by the digests of their names, in their order."""
    if len(inputs) <= most:
        return list(inputs)
    chosen = sorted(inputs, key=lambda i: _rank(i.name))[:most]
    return sorted(chosen, key=lambda i: i.name)


def _rank(name: str) -> bytes:
    return sha256(name.encode()).digest()


def _read(piece: Piece, task: MapTask, limits: Limits) -> Iterator[Record]:
    """The records of a piece up to where it cannot be read, of which the map phase will tell in its place."""
    with suppress(InputError):
        yield from READERS[task.reader](piece, task.source, limits)


def _texts(task: MapTask, conformer: Conformer, limits: Limits) -> Iterator[Sample]:
    for piece in task.pieces:
        for record in _read(piece, task, limits):
            if record.problem is not None:
                continue
            fields: Mapping[str, object] = conformer.draft(record).fields
            title, text = fields.get("title"), fields.get("text")
            if isinstance(text, str) and text and len(text) <= _LONGEST_TEXT:
                name = piece.name if record.place.line in {None, 1} else f"{piece.name}:{record.place.line}"
                yield Sample(name, title if isinstance(title, str) else None, text)
