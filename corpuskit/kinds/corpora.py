"""Findings about a corpus: its files, its schema, its licences, and the fates that are findings."""

from corpuskit.kinds.kind import Kind

CORPORA: dict[str, Kind] = {
    # --- the index: fates that are no rejects ---
    "duplicate": Kind(
        "info", "The same content as another article", "Repeated articles are over-weighted in training.",
        "Nothing to do: the first by source order and id is kept.",
    ),
    "duplicate-id": Kind(
        "warning", "The same id as another article of its source", "An id must name one article.",
        "Give each article an id of its own; the one with the smaller record digest is kept.",
    ),
    # --- licences: of articles, and of all of them together (docs/licensing.md) ---
    "license-conflict": Kind(
        "warning", "A licence that [licensing] does not allow", "The release would promise rights nobody gave.",
        "Remove the articles, allow the licence, or set on_conflict = \"exclude\".",
    ),
    "undeclared-conditions": Kind(
        "warning", "A licence of which nobody has said what it asks", "What may be done with the whole is not known.",
        "Read the terms, and state what they ask as `conditions` of the source; `[]` where they ask nothing.",
    ),
    "edited-no-derivatives": Kind(
        "warning", "Articles that may not be changed, in a source that was edited",
        "What is cut from a text is a change, which a no-derivatives licence does not permit to pass on.",
        "Leave the source as it is (`navigation = \"off\"` and the like), or leave such articles out.",
    ),
    "unadaptable-license": Kind(
        "warning", "Articles that cannot be part of one work",
        "`[licensing] work` calls the release one work made of all, and their licence admits no changed version.",
        "Call it a collection (`work = \"collection\"`), or leave such articles out.",
    ),
    "compilation-license": Kind(
        "warning", "The licence of the compilation contradicts that of articles",
        "Who reads it alone believes to have rights that the articles do not give, or duties that they forbid.",
        "Choose a licence for `[corpus] license` that promises no more than the articles, or leave them out.",
    ),
    "share-alike-conflict": Kind(
        "info", "Share-alike licences that no single work can meet", "The articles may stand beside each other, "
        "but nobody may make one work of them all.",
        "Nothing to do for a collection; the config `permissive` and those by licence hold what fits together.",
    ),
    "differing-claims": Kind(
        "warning", "What is claimed of a source's licence differs", "At most one can be right; the notice shows all.",
        "Ask the publisher; `license` of the source is what is applied, so let it be the stricter one until then.",
    ),
    "ended-term": Kind(
        "warning", "A licence that ended before the release", "Nothing permits to publish the articles after that day.",
        "Have the licence renewed, or leave the source out.",
    ),
    "torn-group": Kind(
        "warning", "Given splits put equal articles into different splits", "A test on seen articles proves nothing.",
        "Give all articles of one text or group the same split.",
    ),
    "absent-split-key": Kind(
        "warning", "No record has the field that [splits] names", "All articles are in train, or groups of their own.",
        "Compare the name with the fields of the records.",
    ),
    "over-budget": Kind(
        "error", "More of a source was rejected than max_loss allows", "The release would not stand for its source.",
        "Repair the records listed, or raise `max_loss` of the source.",
    ),
    "too-many-splits": Kind(
        "error", "More splits than hubs and loaders take", "The field of [splits] holds something else.",
        "Name a field that says train, validation or test.",
    ),
    "unusable-configs": Kind(
        "error", "Configs that cannot be made", "There are more than hubs and loaders take, or two have one name.",
        "Take the field out of `[output] configs`, or rename one of its values.",
    ),
    "empty-corpus": Kind(
        "warning", "No article was kept", "A release without articles is rarely what was meant.",
        "Look at the rejects, and at the globs of each source.",
    ),
    # --- the schema itself ---
    "unknown-format": Kind(
        "warning", "A format that nothing checks", "Every value passes, whatever the schema's author meant.",
        "Use a format that docs/validation-rules.md lists, or say the rule by `pattern`; a mere note may stay.",
    ),
    # --- files ---
    "wrong-file-type": Kind(
        "warning", "A file that is not what its name says", "Nothing in it can be read as it should be.",
        "Give the file the suffix of what it is, or convert it.",
    ),
    "table-form": Kind(
        "info", "How a table was read", "What a file does not say was told from its first bytes, or from its types.",
        "Compare it with the file; `delimiter`, `quote`, `header` and `encoding` of the source say it otherwise.",
    ),
    "no-records": Kind(
        "warning", "A file without records", "Nothing was checked; perhaps it was not written to its end.",
        "Write the file again, or leave it out if it is meant to be empty.",
    ),
    "byte-order-mark": Kind(
        "info", "A byte order mark", "It is no part of the text; it was skipped.",
        "Nothing to do.",
    ),
    "unreadable-input": Kind(
        "error", "The input cannot be read", "What lies behind the damage is lost.",
        "Fetch or pack the file again.",
    ),
    "unsupported-input": Kind(
        "error", "No reader for this file", "It was not checked.",
        "Name a .txt, .jsonl, .json, .csv, .tsv or .parquet file (plain or packed), a corpus.toml or a release.",
    ),
    "bad-configuration": Kind(
        "error", "corpus.toml is wrong", "The build would not do what was meant.",
        "Correct the key that the message names.",
    ),
    "unknown-question": Kind(
        "warning", "A file in the folder of prose that answers no question", "What it says is not in the card.",
        "Give it the name of a question: `corpuskit init DIR --questions` writes a file for each.",
    ),
    "no-files": Kind(
        "error", "A source without files", "Its globs match nothing.",
        "Compare `files` with what lies in the folder.",
    ),
    "absent-language": Kind(
        "warning", "A declared language without articles", "The declaration promises what is not there.",
        "Remove it from `languages`, or look for the missing articles.",
    ),
    "unknown-terms": Kind(
        "warning", "Nobody has said under which licence a source's articles may be used",
        "Without a licence, others have no right to copy them: the corpus can be built, but should not be published.",
        "Look for the terms on the source's own pages (often at the foot, or under \"About\"), then write them as "
        "`license`: an SPDX id such as \"CC-BY-4.0\", or \"LicenseRef-NAME\" with `license_url` for terms of its own.",
    ),
}  # fmt: skip
