"""Findings about a release: what was built, as others read it, built again, or published."""

from corpuskit.kinds.kind import Kind

RELEASES: dict[str, Kind] = {
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
    # --- a release as others open it ---
    "other-reading": Kind(
        "error", "A library reads something else than the release holds",
        "Who loads the corpus with it gets other rows, columns or values.",
        "Look at the library's version and at the card's YAML; docs/releases.md tells how to load each form.",
    ),
    "absent-consumer": Kind(
        "info", "A library that was not asked", "Nobody knows here whether it reads the release as it is.",
        "Install it (`pip install 'corpuskit[consumers]'`) and verify again.",
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
    "older-version": Kind(
        "error", "The target holds a newer version", "Readers who name no version would be given older data.",
        "Publish it beside the newer one with --branch NAME --tag, or in its place with --allow-older.",
    ),
    "other-corpus": Kind(
        "warning", "The target holds a release of another corpus", "It is replaced, and stays in the history alone.",
        "Compare the name of the target.",
    ),
    "unmergeable-card": Kind(
        "error", "The card that lies there cannot be merged", "What others wrote in it would be lost.",
        "Repair or remove that README.md at the target, and publish again.",
    ),
    "absent-token": Kind(
        "warning", "No token is set for the hub", "It would refuse the publication.",
        "Set HF_TOKEN, or run `hf auth login`.",
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
