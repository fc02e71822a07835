"""Why a request is refused: what the answer says, as the exceptions of huggingface_hub read it."""

from corpuskit.findings import shortened, visible

_LONGEST = 500


class Refusal(Exception):
    """A request that is answered with an error: the HTTP status, a sentence, and the hub's code for it.

    The codes `RepoNotFound`, `RevisionNotFound`, `EntryNotFound` and `GatedRepo` become exceptions of their own
    in huggingface_hub (its utils/_http.py, `hf_raise_for_status`).
    """

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = shortened(visible(message), _LONGEST).strip()
        self.code = code
        self.headers: dict[str, str] = {}
        self.fields: dict[str, str] = {}


def bad_request(message: str) -> Refusal:
    """The request cannot be understood, or asks for what this hub does not do."""
    return Refusal(400, message)


def no_repository(name: str) -> Refusal:
    """There is no such repository, or none that the caller may see: nobody can tell the two apart."""
    return Refusal(404, f"Repository {name} not found on this hub.", "RepoNotFound")


def no_revision(revision: str) -> Refusal:
    """The repository has no such branch, tag or commit."""
    return Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")


def no_entry(path: str, cause: str = "Entry not found") -> Refusal:
    """The revision has no such file or folder."""
    return Refusal(404, f"{cause}: {path}", "EntryNotFound")
