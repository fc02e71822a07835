"""Findings about records and what they hold."""

from corpuskit.kinds.kind import Kind

RECORDS: dict[str, Kind] = {
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
}  # fmt: skip
