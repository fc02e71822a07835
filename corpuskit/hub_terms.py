"""The words that the Hugging Face Hub lists for tasks, sizes and origins, and the nearest of them to another word."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from corpuskit.resources import read_json

# Upper bounds of rows, exclusive, and the category below each.
SIZE_BOUNDS = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"), (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)  # fmt: skip
# The lists of the hub's own client, huggingface_hub.DatasetCardData.
SIZES = (*(name for _, name in SIZE_BOUNDS), "n>1T", "other")
ANNOTATIONS_CREATORS = (
    "found", "crowdsourced", "expert-generated", "machine-generated", "no-annotation", "other",
)  # fmt: skip
LANGUAGE_CREATORS = ("found", "crowdsourced", "expert-generated", "machine-generated", "other")
MULTILINGUALITY = ("monolingual", "multilingual", "translation", "other")


def size_category(rows: int) -> str:
    """The hub's size category for a number of rows."""
    return next((name for bound, name in SIZE_BOUNDS if rows < bound), "n>1T")


def hub_tasks() -> Mapping[str, Sequence[str]]:
    """The task categories that the hub lists, each with its task ids."""
    tasks: Mapping[str, Sequence[str]] = read_json("hub-tasks.json")["tasks"]
    return tasks


def hub_task_ids() -> frozenset[str]:
    """All task ids that the hub lists."""
    return frozenset(task_id for ids in hub_tasks().values() for task_id in ids)


def task_of(task_id: str) -> str | None:
    """The first task category that has a task id, None for an unknown one."""
    return next((task for task, ids in hub_tasks().items() if task_id in ids), None)


def task_hint(task: str) -> str:
    """What to write instead of a task category that the hub does not list.

    >>> task_hint("text2text-generation"), task_hint("sentiment-analysis")
    ('Write `text-generation`.', 'It is a task id: write `text-classification`, and it into `task_ids`.')
    """
    moved = read_json("hub-tasks.json")["moved"].get(task)
    if moved:
        return f"Write `{moved}`."
    if parent := task_of(task):
        return f"It is a task id: write `{parent}`, and it into `task_ids`."
    return did_you_mean(task, hub_tasks())


def task_id_hint(task_id: str) -> str:
    """What to write instead of a task id that the hub does not list."""
    if task_id in hub_tasks():
        return "It is a task category: write it into `task_categories`."
    category = next((task for task in hub_tasks() if task_id.endswith(f"-{task}")), None)
    if category:
        return f"Write `{category}` into `task_categories`."
    return did_you_mean(task_id, hub_task_ids())


def hub_mistakes(document: Mapping[str, Any], mistake: Callable[..., Any]) -> Iterator[Any]:
    """What `[hub]` of a corpus.toml says that the hub does not list, each as `mistake` makes it."""
    hub = document.get("hub", {})
    listed: tuple[tuple[str, Iterable[str], Callable[[str], str]], ...] = (
        ("task_categories", hub_tasks(), task_hint),
        ("task_ids", hub_task_ids(), task_id_hint),
        ("annotations_creators", ANNOTATIONS_CREATORS, lambda word: did_you_mean(word, ANNOTATIONS_CREATORS)),
        ("language_creators", LANGUAGE_CREATORS, lambda word: did_you_mean(word, LANGUAGE_CREATORS)),
    )
    for key, known, hint in listed:
        for index, word in enumerate(hub.get(key, [])):
            if word not in known:
                yield mistake(f"the hub does not list {word!r}.", "hub", key, index, hint=hint(word))


def nearest(word: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The known word that is nearest to another, None where none is near; case and separators count little."""
    by_form: dict[str, str] = {}
    for each in sorted(known):
        by_form.setdefault(_plain(each), each)
    found = difflib.get_close_matches(_plain(word[:100]), by_form, 1, cutoff)
    return by_form[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word; with all of them where none is near and they are few."""
    known = list(known)
    near = nearest(word, known)
    if near:
        return f"Did you mean `{near}`?"
    return (
        f"Known: {', '.join(known)}."
        if len(known) <= 12
        else "Leave it out, or write `other` where that fits."
    )


def _plain(word: str) -> str:
    return word.lower().replace("_", "-").replace(" ", "-")
