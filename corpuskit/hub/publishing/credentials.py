"""What looks like a password, a token or a private key: a table of names and patterns."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.findings import Finding, finding

_SHOWN = 4
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")  # CommonMark 2.4, "Backslash escapes"


class Secret(NamedTuple):
    """One kind of secret, and how it is written by whoever issues it."""

    name: str
    pattern: re.Pattern[str]


# Each is long and oddly written: words of a language do not match.
SECRETS = (
    Secret("an AWS access key id", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    Secret("an AWS secret key", re.compile(r"(?i)aws_?secret_?(?:access_?)?key\W{1,5}[0-9A-Za-z/+]{40}\b")),
    Secret("a GitHub token", re.compile(r"\bgh[oprsu]_[0-9A-Za-z]{36,}\b")),
    Secret("a GitHub token", re.compile(r"\bgithub_pat_[0-9A-Za-z_]{40,}\b")),
    Secret("a GitLab token", re.compile(r"\bglpat-[0-9A-Za-z_-]{20,}")),
    Secret("a Hugging Face token", re.compile(r"\bhf_[0-9A-Za-z]{30,}\b")),
    Secret("a token of a hub of one's own", re.compile(r"\bckhub_[0-9A-Za-z_-]{20,}")),
    Secret("a Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}")),
    Secret("a Slack token", re.compile(r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}")),
    Secret("an npm token", re.compile(r"\bnpm_[0-9A-Za-z]{36}\b")),
    Secret("a PyPI token", re.compile(r"\bpypi-AgE[0-9A-Za-z_-]{50,}")),
    Secret("a payment key", re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20,}\b")),
    Secret("an API key", re.compile(r"\bsk-[0-9A-Za-z_-]{32,}")),
    Secret(
        "a signed web token",
        re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}"),
    ),
    Secret("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    Secret(
        "a URL with a password", re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]+:[^\s/:@\"'<>]+@\w")
    ),
)


def secret_findings(file: str, text: str) -> Iterator[Finding]:
    """A finding for each secret in a text, with its line; of the secret itself no more than it begins with."""
    if file.endswith(".md"):
        text = _ESCAPE.sub(r"\1", text)  # as it is read, a token has no backslashes
    for secret in SECRETS:
        for match in secret.pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            message = f"{secret.name} ({match[0][:_SHOWN]}…, {len(match[0])} characters)"
            yield finding("leaked-secret", message, file=file, line=line)
