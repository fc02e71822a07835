"""CITATION.cff: how to cite a release, in the Citation File Format 1.2.0, from what the curator stated.

Source: https://github.com/citation-file-format/citation-file-format, schema guide 1.2.0.
"""

import re
from collections.abc import Mapping
from typing import Any

from corpuskit.card import yaml_text
from corpuskit.licenses import license_url

_WEB = re.compile(r"https?://\S+")
# What an author may carry beside a name: the key in corpus.toml, the key there, and what the format takes.
_OF_AUTHORS = (
    ("orcid", "orcid", re.compile(r"https://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[0-9X]")),
    ("email", "email", re.compile(r"\S+@\S+\.\S{2,}")),
    ("url", "website", _WEB),
    ("alias", "alias", re.compile(r".+")),
)


def render_citation(manifest: Mapping[str, Any]) -> str | None:
    """CITATION.cff, or None where no author is stated: the format demands one, and none is invented."""
    corpus = manifest["corpus"]
    authors = [_author(author) for author in corpus.get("authors", [])]
    if not authors:
        return None
    title = " ".join(str(corpus.get("pretty_name", manifest["name"])).split())
    document = {
        "cff-version": "1.2.0",
        "message": "Please cite this corpus as below, and the sources of its articles as NOTICE.md names them.",
        "type": "dataset",
        "title": title,
        "version": manifest["version"],
        "authors": authors,
        "abstract": " ".join(str(corpus.get("description", "")).split()) or None,
        "date-released": corpus.get("released"),
        "url": corpus["homepage"] if _WEB.fullmatch(corpus.get("homepage", "")) else None,
        "license": _license(corpus["license"]),
        "keywords": list(dict.fromkeys(manifest["hub"].get("tags", []))) or None,
        "identifiers": [
            {
                "type": "other",
                "value": f"urn:corpuskit:content:{manifest['content_id']}",
                "description": "Content id: the same articles have the same, whatever the files.",
            }
        ],
    }
    return yaml_text({name: value for name, value in document.items() if value is not None})


def _author(author: Any) -> dict[str, Any]:
    """An author as an entity; as a person where the curator gave the parts of the name."""
    told = dict(author) if isinstance(author, Mapping) else {"name": author}
    if "orcid" in told:
        told["orcid"] = f"https://orcid.org/{told['orcid'].removeprefix('https://orcid.org/')}"
    known = {key: told[name] for name, key, form in _OF_AUTHORS if form.fullmatch(told.get(name, ""))}
    names = {"family-names": told.get("family"), "given-names": told.get("given")}
    if person := {name: value for name, value in names.items() if value}:
        return (
            person | {"affiliation": told["affiliation"]} | known
            if told.get("affiliation")
            else person | known
        )
    return {"name": " ".join(told["name"].split())} | known


def _license(expression: str) -> str | list[str] | None:
    """Ids of SPDX's list, several standing for a choice; None for what the format cannot say."""
    ids = expression.split(" OR ")
    if not all(re.fullmatch(r"[A-Za-z0-9.-]+", i) and license_url(i) for i in ids):
        return None
    return ids[0] if len(ids) == 1 else ids
