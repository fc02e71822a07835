"""Findings about the card of any dataset."""

from corpuskit.kinds.kind import Kind

CARDS: dict[str, Kind] = {
    # --- the card of any dataset ---
    "bad-card-head": Kind(
        "error", "The YAML head of a card cannot be read", "Hubs and `load_dataset` see no metadata at all, or stop.",
        "Write a `---` line, plain YAML and a `---` line at the very start of README.md.",
    ),
    "missing-card-key": Kind(
        "info", "A key that others look for is missing in a card", "The data cannot be found, or not be used.",
        "Write the key that the message names.",
    ),
    "old-card-key": Kind(
        "warning", "A key of a card under another name than hubs read", "Hubs pass over what it says.",
        "Use the name of today.",
    ),
    "bad-card-value": Kind(
        "warning", "A value in a card that its key does not have", "Hubs pass over it, or refuse the card.",
        "Use a value from the hub's list.",
    ),
    "unknown-license-id": Kind(
        "error", "A licence that the hub has no id for", "The hub refuses the card.",
        "Use an id of the hub's list, or `other` with `license_name` and `license_link`.",
    ),
    "unknown-language-code": Kind(
        "error", "A language that is no ISO 639 code", "The hub refuses the card.",
        "Write the ISO 639-1, else 639-3, code, and the BCP 47 tag into `language_details`.",
    ),
    "unknown-task": Kind(
        "warning", "A task that the hub does not list", "Nobody who filters by tasks finds the data.",
        "Use a task of the hub's list; words of your own go into `tags`.",
    ),
    "bad-configs": Kind(
        "error", "`configs` of a card that cannot be loaded", "`load_dataset` fails, or loads something else.",
        "Give each config a name of its own and globs that match its files; let one be the default.",
    ),
    "bad-dataset-info": Kind(
        "error", "`dataset_info` of a card that cannot be read", "`load_dataset` fails, or passes over it.",
        "Write features and splits as docs/cards.md shows, or leave it out.",
    ),
    "stale-dataset-info": Kind(
        "error", "`dataset_info` of a card says other than the files", "`load_dataset` compares them, and fails.",
        "Write the numbers of the files, or leave `dataset_info` out.",
    ),
    "placeholder-text": Kind(
        "info", "Words of a template that nobody filled in", "Readers learn nothing where they look for something.",
        "Write what is known, or remove the section.",
    ),
}  # fmt: skip
