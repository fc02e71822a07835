"""Branches and tags: made and removed, each in one step."""

from starlette.responses import Response

from corpuskit.hub.serving import objects, refs
from corpuskit.hub.serving.calls import Call, said
from corpuskit.hub.serving.commits import Words, squash
from corpuskit.hub.serving.names import is_ref
from corpuskit.hub.serving.refusals import Refusal, bad_request, no_revision


def create_branch(call: Call) -> Response:
    """POST .../branch/<name>: a branch at `startingPoint`, or where main is; 409 where it exists."""
    _make(call, "heads", call.names["rev"], call.text("startingPoint", refs.MAIN), "")
    return said({})


def delete_branch(call: Call) -> Response:
    """DELETE .../branch/<name>: the branch; its commits stay. Not main."""
    if call.names["rev"] == refs.MAIN:
        raise Refusal(403, "the branch main is what a repository shows: it cannot be deleted.")
    return _remove(call, "heads")


def create_tag(call: Call) -> Response:
    """POST .../tag/<rev>: a tag at a revision; 409 where there is one of that name."""
    _make(call, "tags", call.text("tag"), call.names["rev"], call.text("message", ""))
    return said({})


def delete_tag(call: Call) -> Response:
    """DELETE .../tag/<name>: the tag."""
    return _remove(call, "tags")


def super_squash(call: Call) -> Response:
    """POST .../super-squash/<branch>: one commit in the place of a branch's history."""
    squash(call.folder, call.names["rev"], Words(call.text("message", "squashed"), "", call.author))
    return said({})


def _make(call: Call, kind: refs.Kind, name: str, revision: str, message: str) -> None:
    if not is_ref(name):
        raise bad_request(f"Invalid reference for a branch or tag: {name}")
    with objects.holding(call.folder):
        commit = refs.resolve(call.folder, revision)
        if refs.read_ref(call.folder, kind, name) is not None:
            raise Refusal(409, f"Reference already exists: refs/{kind}/{name}")
        other: refs.Kind = "tags" if kind == "heads" else "heads"
        if refs.read_ref(call.folder, other, name) is not None:
            raise Refusal(409, f"refs/{other}/{name} has this name: revision {name} would mean two things.")
        refs.write_ref(call.folder, kind, name, commit, message)


def _remove(call: Call, kind: refs.Kind) -> Response:
    with objects.holding(call.folder):
        if refs.read_ref(call.folder, kind, call.names["rev"]) is None:
            raise no_revision(call.names["rev"])
        refs.remove_ref(call.folder, kind, call.names["rev"])
    return said({})
