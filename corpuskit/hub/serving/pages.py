"""Pages for people: an index of the corpora, and one a corpus with its card, files and versions. No scripts."""

from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from starlette.responses import HTMLResponse, Response

from corpuskit import resources
from corpuskit.card.markdown import size
from corpuskit.findings import visible
from corpuskit.hub.serving import browsing, cards, refs
from corpuskit.hub.serving.administration import visible_repositories
from corpuskit.hub.serving.calls import Call
from corpuskit.hub.serving.commits import history, read_commit
from corpuskit.hub.serving.refusals import Refusal
from corpuskit.hub.serving.repositories import Repository
from corpuskit.hub.serving.trees import Entry

_README = "README.md"
_SHOWN_COMMITS, _SHOWN_FILES = 20, 200
# The style sheet and the images of the repository; nothing else, from nowhere else.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class _Version(NamedTuple):
    name: str
    commit: str
    date: str


def index(call: Call) -> Response:
    """GET /: the corpora that the caller may see."""
    rows = [_summary(repository) for repository in visible_repositories(call)]
    return _page("index.html.jinja", corpora=rows, base=call.base)


def _summary(repository: Repository) -> dict[str, Any]:
    described = browsing.described(repository)
    tags = refs.refs(repository.folder, "tags")
    head = described["cardData"] or {}
    return {
        "id": repository.id, "private": repository.private, "title": head.get("pretty_name") or repository.id,
        "date": described["lastModified"], "bytes": described["usedStorage"],
        "files": len(described["siblings"]), "version": next(reversed(_by_age(repository, tags)), None),
    }  # fmt: skip


def corpus(call: Call) -> Response:
    """GET /datasets/<id>[/tree/<rev>]: a corpus at a revision."""
    revision = call.names.get("rev", refs.MAIN)
    commit = refs.resolve(call.folder, revision)
    files = call.files(commit)
    text = cards.text_of(call.folder, files.get(_README))
    tags = refs.refs(call.folder, "tags")
    commits = [(oid, value) for oid, value in islice(history(call.folder, commit), _SHOWN_COMMITS)]
    here = f"/datasets/{call.repository.id}"

    def address(target: str) -> str | None:
        return _file_address(here, commit, files, target) or cards.web_address(target)

    return _page(
        "corpus.html.jinja",
        id=call.repository.id, private=call.repository.private, here=here, base=call.base,
        revision=revision, commit=commit, date=commits[0][1].date,
        card=cards.body_html(text, address) if text is not None else None,
        files=list(islice(files.values(), _SHOWN_FILES)), count=len(files),
        bytes=sum(entry.size for entry in files.values()),
        versions=list(reversed(_by_age(call.repository, tags))),
        branches=refs.refs(call.folder, "heads"), commits=commits,
        newest=next((v.name for v in reversed(_by_age(call.repository, tags))), None),
    )  # fmt: skip


def style(call: Call) -> Response:  # noqa: ARG001 - as every endpoint
    """GET /style.css: how the pages look."""
    text = (resources.folder("cards") / "style.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def refusal_page(refusal: Refusal) -> Response:
    """A refusal for people."""
    response = _page("refusal.html.jinja", status=refusal.status, message=refusal.message)
    response.status_code = refusal.status
    response.headers.update(refusal.headers)
    return response


def _by_age(repository: Repository, tags: Mapping[str, str]) -> list[_Version]:
    """Tags in the order of their commits, oldest first."""
    dated = (
        _Version(name, commit, read_commit(repository.folder, commit).date) for name, commit in tags.items()
    )
    return sorted(dated, key=lambda version: (version.date, version.name))


def _file_address(here: str, commit: str, files: Mapping[str, Entry], target: str) -> str | None:
    """Where a relative link of a card leads: to a file of the same commit, or nowhere."""
    path = unquote(target.partition("#")[0]).removeprefix("./")
    return f"{here}/resolve/{commit}/{quote(path)}" if path in files else None


def _page(template: str, **values: Any) -> Response:
    text = _environment().get_template(template).render(**values)
    return HTMLResponse(text, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})


@cache
def _environment() -> Any:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.folder("cards")),
        undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"visible": lambda value: visible(str(value)), "size": size, "day": _day,
                            "rendered": Markup, "url": quote}  # fmt: skip
    return environment


def _day(date: str) -> str:
    return f"{date[:10]} {date[11:16]} UTC"
