"""Who one is, and repositories as wholes: made, listed, hidden, removed."""

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from corpuskit.card.linting import lint_card
from corpuskit.hub.serving import repositories
from corpuskit.hub.serving.browsing import described
from corpuskit.hub.serving.calls import Call, said
from corpuskit.hub.serving.refusals import Refusal, bad_request, no_repository
from corpuskit.hub.serving.repositories import Repository

_VISIBILITIES = {"public": False, "private": True}


def whoami(call: Call) -> Response:
    """GET /api/whoami-v2: the name and scope of the token."""
    if call.caller is None:
        raise Refusal(401, "There is no token: set HF_TOKEN.")
    token = {"displayName": call.caller.name, "role": call.caller.scope, "createdAt": call.caller.created}
    spaces = sorted({repository.id.partition("/")[0] for repository in repositories.listed(call.hub.root)})
    orgs = [{"type": "org", "name": name, "fullname": name} for name in spaces if name != call.caller.name]
    return said(
        {"type": "user", "id": call.caller.name, "name": call.caller.name, "fullname": call.caller.name,
         "isPro": False, "orgs": orgs, "auth": {"type": "access_token", "accessToken": token}}
    )  # fmt: skip


_OF_THE_HEAD = frozenset({
    "bad-card-head", "bad-card-value", "duplicate-key", "old-card-key", "unknown-language-code", "unknown-license-id",
    "unknown-task",
})  # fmt: skip


def validate_yaml(call: Call) -> Response:
    """POST /api/validate-yaml: what the hub refuses in the YAML head of a card, and what it warns of."""
    content = call.text("content")
    errors, warnings = [], []
    if not content.lstrip("\ufeff").startswith("---"):
        warnings.append({"message": "empty or missing yaml metadata in repo card"})
    else:
        found = [each for each in lint_card(content) if each.kind in _OF_THE_HEAD]
        errors = [
            {"message": f"line {each.line}: {each.message}"} for each in found if each.severity == "error"
        ]
        warnings = [
            {"message": f"line {each.line}: {each.message}"} for each in found if each.severity == "warning"
        ]
    return said({"errors": errors, "warnings": warnings}, 400 if errors else 200)


def create(call: Call) -> Response:
    """POST /api/repos/create: a new repository; 409 where there is one of that name."""
    namespace, name = _named(call)
    url = f"{call.base}/datasets/{namespace}/{name}"
    try:
        made = repositories.create(
            call.hub.root, namespace, name, private=_visibility(call) or False, author=call.author
        )
    except Refusal as refusal:
        # Clients that do not mind that it exists go on with its address.
        refusal.fields["url"] = url
        raise
    return said({"url": url, "name": made.id, "id": made.id})


def delete(call: Call) -> Response:
    """DELETE /api/repos/delete: a repository with all it holds."""
    namespace, name = _named(call)
    found = repositories.find(call.hub.root, namespace, name)
    if found is None:
        raise no_repository(f"{namespace}/{name}")
    repositories.delete(found)
    return said({})


def move(call: Call) -> Response:  # noqa: ARG001 - as every endpoint
    """POST /api/repos/move: refused."""
    raise bad_request(
        "this hub does not rename repositories: create one of the new name, push, delete the old one."
    )


def settings(call: Call) -> Response:
    """PUT .../settings: show a repository to everyone, or to those with a token."""
    if call.body.get("gated"):
        raise bad_request("this hub has no gated repositories: they are public or private.")
    private = _visibility(call)
    if private is not None:
        repositories.set_private(call.repository, private=private)
    return said({"private": call.repository.private if private is None else private})


def auth_check(call: Call) -> Response:
    """GET .../auth-check: 200, since the repository was found for this caller."""
    return said({"id": call.repository.id})


def listing(call: Call) -> Response:
    """GET /api/datasets: the repositories that the caller may see, by name, filtered by `author` and `search`."""
    author, search = call.query("author"), call.query("search").lower()
    limit = call.number("limit", call.hub.limits.max_files)
    rows: list[dict[str, Any]] = []
    for found in visible_repositories(call):
        if author not in {"", found.id.partition("/")[0]} or search not in found.id.lower():
            continue
        if len(rows) >= limit:
            break
        row = described(found)
        del row["siblings"]
        rows.append(row)
    return said(rows)


def visible_repositories(call: Call) -> Iterator[Repository]:
    """The repositories that the caller may see."""
    return (r for r in repositories.listed(call.hub.root) if call.caller is not None or not r.private)


def _named(call: Call) -> tuple[str, str]:
    """The namespace and the name that a body gives; without a namespace it is the caller's own."""
    if call.text("type", "model") != "dataset":
        raise bad_request('this hub holds datasets: pass repo_type="dataset", or --repo-type dataset.')
    return call.body.get("organization") or call.author, call.text("name")


def _visibility(call: Call) -> bool | None:
    """Whether a body asks for a private repository; None where it says nothing of it."""
    if call.body.get("visibility") is not None:
        visibility = call.text("visibility")
        if visibility not in _VISIBILITIES:
            raise bad_request("a repository is public or private.")
        return _VISIBILITIES[visibility]
    private = call.body.get("private")
    if not (private is None or isinstance(private, bool)):
        raise bad_request("`private` is true or false.")
    return private
