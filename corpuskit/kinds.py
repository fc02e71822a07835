"""The table of kinds of findings: what each is, why it matters, how to fix it. docs/findings.md is made from it."""

from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]


class Kind(NamedTuple):
    """One row of the table of kinds: what it is, why it matters, how to fix it."""

    severity: Severity
    title: str
    why: str
    fix: str


KINDS: dict[str, Kind] = {
    # --- bytes and JSON: the record cannot be read ---
    "invalid-json": Kind(
        "error", "Not JSON", "A reader of the file would stop here or lose the record.",
        "Write one JSON value a line (RFC 8259).",
    ),
    "trailing-data": Kind(
        "error", "Two values on one line", "Readers differ: some see two records, some none.",
        "Put each object on a line of its own.",
    ),
    "not-an-object": Kind(
        "error", "Not an object", "A record is a JSON object; a bare value has no fields.",
        "Wrap the value in an object, or set `records` to the array of objects.",
    ),
    "duplicate-key": Kind(
        "error", "A key stands twice in one object", "Readers keep the first or the last value: nobody knows which.",
        "Keep one of the two.",
    ),
    "invalid-encoding": Kind(
        "error", "Bytes that are not text in the source's encoding",
        "Decoding them anyway would put other characters into the corpus.",
        "Declare the file's encoding in corpus.toml (`encoding = \"...\"`), or repair the file.",
    ),
    "lone-surrogate": Kind(
        "error", "Half of a surrogate pair", "It is no character, and no UTF-8 file can hold it.",
        "Write the character itself, or both halves of its escape.",
    ),
    "too-deep": Kind(
        "error", "Nested deeper than the limit", "Deep nesting crashes common parsers.",
        "Flatten the record, or raise `[limits] depth`.",
    ),
    "line-too-long": Kind(
        "error", "Longer than the limit", "Loaders refuse very long lines, and memory would not be bounded.",
        "Split the record, or raise `[limits] line_bytes`.",
    ),
    "bad-quoting": Kind(
        "error", "Quotes that do not pair", "Nobody knows where the field ends, and the row with it.",
        "Close the field with a quote, and write each quote inside it twice; or set `quote = \"\"` if quotes are text.",
    ),
    "ragged-row": Kind(
        "error", "A row with more or fewer fields than the header", "Nobody knows which value belongs to which column.",
        "Write one field for each column, and put quotes around a field that holds the delimiter.",
    ),
    # --- the article schema ---
    "missing-field": Kind(
        "error", "A required field is missing", "Everyone who loads the corpus relies on it.",
        "Fill the field, or map it in `fields`.",
    ),
    "wrong-type": Kind(
        "error", "A value of another type", "Loaders would turn the whole column into another type, or fail.",
        "Write the value in the type that the schema names.",
    ),
    "bad-format": Kind(
        "error", "A value that does not have the declared format", "Programs that parse it will fail.",
        "Write the value as the format says.",
    ),
    "bad-value": Kind(
        "error", "A value the schema does not allow", "The schema lists or describes the values that occur.",
        "Use a value that the schema allows, or widen the schema.",
    ),
    "out-of-bounds": Kind(
        "error", "A length or number outside its bounds", "The schema states the bounds that readers rely on.",
        "Bring the value within the bounds, or widen the schema.",
    ),
    "unknown-field": Kind(
        "error", "A field the schema does not know", "The schema is closed, so the value would be lost.",
        "Add the field to the schema, or remove it from the record.",
    ),
    "schema-violation": Kind(
        "error", "The record breaks a rule of the schema", "The schema is the promise made to those who load.",
        "Compare the record with the rule that the message names.",
    ),
    "unrepresentable": Kind(
        "error", "A value that the column cannot hold exactly", "Rounding it would change it in silence.",
        "Declare the property as a string, or keep the number within 64 bits.",
    ),
    "empty-text": Kind(
        "error", "No text", "An article without text teaches nothing and breaks tokenizers.",
        "Remove the record, or map the field that holds the text (`fields = { text = \"...\" }`).",
    ),
    "bad-split": Kind(
        "error", "The record's split is no split name", "It decides where the article is published.",
        "Use a name of letters, digits and `_`, such as train or test.",
    ),
    # --- the index: fates that are no rejects ---
    "duplicate": Kind(
        "info", "The same content as another article", "Repeated articles are over-weighted in training.",
        "Nothing to do: the first by source order and id is kept.",
    ),
    "duplicate-id": Kind(
        "warning", "The same id as another article of its source", "An id must name one article.",
        "Give each article an id of its own; the one with the smaller record digest is kept.",
    ),
    "license-conflict": Kind(
        "warning", "A licence that [licensing] does not allow", "The release would promise rights nobody gave.",
        "Remove the article, allow the licence, or set on_conflict = \"exclude\".",
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
    # --- dates ---
    "missing-timestamp": Kind(
        "info", "No timestamp where the layout has one", "The article cannot be placed in time.",
        "Nothing to do if the source prints none.",
    ),
    "missing-title": Kind(
        "info", "No title where the layout has one", "The text starts at once; nothing was taken for a title.",
        "Nothing to do if the source prints none.",
    ),
    "missing-timezone": Kind(
        "warning", "A time without a zone", "The instant is not known, so `published` stays null.",
        "Declare the zone in corpus.toml, for example `timezone = \"Asia/Jakarta\"`.",
    ),
    "ambiguous-time": Kind(
        "warning", "A local time that occurs twice or never", "Clocks were changed: the instant is not certain.",
        "Write the time with its offset.",
    ),
    "partial-date": Kind(
        "warning", "A date without day or time", "The instant is not known; `published_date` keeps what is.",
        "Nothing to do if the source says no more.",
    ),
    "bad-timestamp": Kind(
        "warning", "A date that has no certain reading", "Guessing would invent a time; `published_raw` keeps it.",
        "Declare how dates are printed, for example `date_format = [\"%d/%m/%Y %H:%M\"]`.",
    ),
    # --- texts: kept as they are, for somebody to look at ---
    "title-suffix": Kind(
        "warning", "A title that seems to end in the name of the site", "It is no part of what the article is called.",
        "Declare it, for example `title_suffix = \" - CRI\"`, and it is cut.",
    ),
    "byline": Kind(
        "info", "A line that says who wrote or edited", "It is no sentence of the article.",
        "Set `bylines = \"cut\"` for the source to leave such lines out.",
    ),
    "inline-link": Kind(
        "info", "A link or an advertisement inside the text", "It leads away from the article.",
        "Set `inline_links = \"cut\"` for the source to leave such lines out.",
    ),
    "over-cut": Kind(
        "warning", "Navigation that is most of a text", "Cutting it might cut the article, so nothing was cut.",
        "Declare where navigation starts (`navigation = { cut_from = \"...\" }`), or raise `max_cut`.",
    ),
    "possible-mojibake": Kind(
        "warning", "Characters that look like another encoding's bytes", "The text was decoded wrongly once before.",
        "Fetch the source again and decode it as it declares; nothing is repaired by guessing.",
    ),
    "replaced-bytes": Kind(
        "warning", "Bytes that are no text were replaced", "Each is now U+FFFD; the edits keep the bytes.",
        "Declare the file's true `encoding`, or repair the file.",
    ),
    "html-entities": Kind(
        "warning", "HTML entities in the text", "Readers will see `&quot;` instead of a quotation mark.",
        "Decode entities once where the text is extracted from HTML.",
    ),
    "html-tags": Kind(
        "warning", "HTML tags in the text", "Readers will see markup instead of text.",
        "Strip markup where the text is extracted from HTML.",
    ),
    "control-characters": Kind(
        "warning", "Control characters in the text", "They are no text, and some programs stop at them.",
        "Remove them where the text is extracted.",
    ),
    "invisible-characters": Kind(
        "warning", "Invisible characters in the text", "Words that look equal are not, and searches miss them.",
        "Remove zero-width spaces, soft hyphens and direction marks where they spell nothing.",
    ),
    "truncated-text": Kind(
        "warning", "The text breaks off", "The end of the article is missing.",
        "Fetch the article again.",
    ),
    "short-text": Kind(
        "info", "A very short text", "It may be a caption or what is left of an article.",
        "Look at it, and at the source's page.",
    ),
    # --- values that went aside ---
    "value-aside": Kind(
        "warning", "A value of another type went to `extra`", "The column stays clean and nothing is lost.",
        "Write the value in the type that the schema names.",
    ),
    "unknown-license": Kind(
        "warning", "A licence that is no SPDX expression", "Nobody can compute what it permits.",
        "Use an SPDX id (https://spdx.org/licenses) or `LicenseRef-...`; the source's licence stands.",
    ),
    "unknown-language": Kind(
        "warning", "A language that is no BCP 47 tag", "Loaders and hubs cannot select by it.",
        "Use a tag such as `id`, `jv` or `pt-BR`; the source's language stands.",
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
    # --- a release ---
    "missing-file": Kind(
        "error", "A file of the manifest is not there", "The release is not whole.",
        "Fetch the release again, or build it again.",
    ),
    "extra-file": Kind(
        "error", "A file that the manifest does not list", "Loaders might take it for data.",
        "Remove it, or build the release again.",
    ),
    "foreign-file": Kind(
        "info", "A file that the publisher or a hub added", "It is not part of the release.",
        "Nothing to do.",
    ),
    "changed-file": Kind(
        "error", "A file is not what the manifest says", "Its bytes changed after the release was built.",
        "Fetch the release again, or build it again.",
    ),
    "bad-manifest": Kind(
        "error", "The manifest cannot be trusted", "It does not match its sidecar or is no manifest.",
        "Fetch the release again, or build it again.",
    ),
    "wrong-root": Kind(
        "error", "Another root digest than expected", "This is not the release that was meant.",
        "Fetch the release again from where the digest was published.",
    ),
    "wrong-claim": Kind(
        "error", "A number or statement that the data contradict", "Claims are computed, never typed.",
        "Render the card again (`corpuskit card RELEASE --write`), or build again.",
    ),
    "wrong-content": Kind(
        "error", "The rows are not those of the manifest", "Row digests, counts or ids do not add up.",
        "Build the release again.",
    ),
    # --- a release and the same built again ---
    "other-versions": Kind(
        "warning", "Other versions made the release", "Bytes, and now and then verdicts, hang on them.",
        "Install the versions that the manifest names, and check again.",
    ),
    "other-origin": Kind(
        "warning", "The release was made of something else", "What is built now cannot be the same.",
        "Check with the corpus.toml and the inputs of that release, or build a new version.",
    ),
    "other-content": Kind(
        "error", "The release holds something else than the same input gives now", "Nobody can repeat it.",
        "Look at what is said before it: other versions, another corpus.toml or other inputs; else report a bug.",
    ),
    "other-file": Kind(
        "error", "A file has other bytes than the same input gives now", "The root digest cannot be repeated.",
        "Where no row differs, other versions wrote the same content: nothing is wrong with it.",
    ),
    "no-audit": Kind(
        "info", "No audit folder beside the release", "Ledger and rejects cannot be checked here.",
        "Nothing to do for a published copy.",
    ),
    # --- publishing ---
    "leaked-secret": Kind(
        "error", "What looks like a password, a token or a private key", "Whoever reads the card could use it.",
        "Make it worthless where it was issued, take it out of corpus.toml, and build again.",
    ),
    "too-large": Kind(
        "error", "More than the target takes", "It would be refused, or readers could not use it.",
        "Set `[output] shard_bytes` so that there are larger or smaller files, and build again.",
    ),
    "no-privacy-statement": Kind(
        "warning", "Nothing is said about personal data", "Readers and those written about should know.",
        "Say in `[card] personal_data` which personal data the articles hold, and in `removal_contact` whom to ask.",
    ),
    "taken-tag": Kind(
        "error", "The tag of this version names another release", "Whoever pinned the tag would be given other data.",
        "Raise `[corpus] version` and build again.",
    ),
    "unmergeable-card": Kind(
        "error", "The card that lies there cannot be merged", "What others wrote in it would be lost.",
        "Repair or remove that README.md at the target, and publish again.",
    ),
    "wider-audience": Kind(
        "warning", "The target is private, and stays so", "Nobody but its members can load the release.",
        "Where it is meant to be public, make it so in its settings.",
    ),
    "stale-plan": Kind(
        "error", "The plan is no longer true", "It would do something else than it says.",
        "Make a new plan and look at it: the same command with --dry-run --plan-out.",
    ),
    "wrong-copy": Kind(
        "error", "What the target holds is not what was sent", "Readers would load something else than the release.",
        "Publish again; if it is the same again, tell whoever runs the target, and use the earlier revision meanwhile.",
    ),
}  # fmt: skip
