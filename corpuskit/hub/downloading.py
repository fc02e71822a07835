"""Files of a dataset repository on a hub, in the cache of its client."""

from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.errors import InputError
from corpuskit.layout import MANIFEST


class Copy(NamedTuple):
    """A commit of a repository: what has been fetched of it lies in `folder`, as it lies in the repository."""

    repo: str
    commit: str
    folder: Path

    def fetch(self, name: str) -> Path:
        """The file of that name, fetched where it is not there yet; raises InputError."""
        return _fetched(self.repo, name, self.commit)

    def url(self, name: str) -> str:
        """The URL under which clients read that file of that commit."""
        return f"hf://datasets/{self.repo}@{self.commit}/{name}"


def copy_of(repo: str, revision: str | None = None) -> Copy:
    """The copy of a repository at a branch, tag or commit; raises InputError where it is no release or not reached."""
    manifest = _fetched(repo, MANIFEST, revision)
    return Copy(repo, manifest.parent.name, manifest.parent)


def _fetched(repo: str, name: str, revision: str | None) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    options: dict[str, Any] = {"repo_type": "dataset", "revision": revision}
    try:
        return Path(hf_hub_download(repo, name, **options))
    except (OSError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        where = f"{repo}@{revision}" if revision else repo
        raise InputError(where, f"{name} cannot be fetched: {said[:300]}") from error
