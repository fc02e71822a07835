"""Who may do what on which route of a hub, and how little a request can reach beyond what it names."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_integrity import faults
from hub_requests import Answer, ask, batch, commit, create, file, lines, path_of, raw
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.hub.serving.absent import ABSENT
from corpuskit.hub.serving.routes import ROUTES, Route
from corpuskit.testing import LocalHub

SECRET = b"nobody without a token reads this"
LARGE = bytes(range(256)) * 1024  # four parts


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with LocalHub(part_bytes=64 * 1024, max_file_bytes=10**6) as running:
        for name, private in (("open", False), ("hidden", True), ("fuzzed", False)):
            api = create(running, name, private=private)
            assert (
                commit(running, api, file("README.md", b"# Card\n"), file("a/secret.txt", SECRET)).status
                == 200
            )
            assert ask(running, "POST", f"{api}/tag/main", {"tag": "v1"}, running.token).status == 200
        yield running


def _path(route: Route, name: str) -> str:
    values = {"ns": "lab", "name": name, "rev": "main", "path...": "a/secret.txt", "oid": "0" * 64, "size": "1",
              "upload": "0" * 32, "part": "1"}  # fmt: skip
    if route.pattern.endswith("/tree/{rev}/{path...}"):
        values["path..."] = "a"
    return re.sub(r"{([a-z.]+)}", lambda match: values[match[1]], route.pattern)


def _sent(route: Route, hub: LocalHub, name: str, token: str | None) -> Answer:
    body = None if route.body == "none" else lines() if route.body == "stream" else {}
    return ask(hub, route.method, _path(route, name), body, token)


def _label(route: Route) -> str:
    return f"{route.method} {route.pattern}"


@pytest.mark.parametrize("route", ROUTES, ids=_label)
def test_a_wrong_token_is_refused_on_every_route(hub: LocalHub, route: Route) -> None:
    """401, whether the route needs a token or not, and whether the repository is private or not."""
    for name in ("open", "hidden", "absent"):
        for wrong in ("ckhub_" + "0" * 64, "", "é", hashlib.sha256(hub.token.encode()).hexdigest()):
            answer = ask(hub, route.method, _path(route, name), None, None, Authorization=f"Bearer {wrong}")
            assert answer.status == 401, answer
            assert SECRET not in answer.data
        assert (
            ask(hub, route.method, _path(route, name), None, None, Authorization="Basic dTpw").status == 401
        )


@pytest.mark.parametrize("route", ROUTES, ids=_label)
def test_without_a_token_private_is_as_absent(hub: LocalHub, route: Route) -> None:
    """On every route the answer for a private repository is that for one that was never made."""
    hidden, absent = (_sent(route, hub, name, None) for name in ("hidden", "absent"))
    assert hidden.status == absent.status
    assert hidden.data.replace(b"hidden", b"absent") == absent.data
    if "{name}" in route.pattern:
        assert hidden.status == {"read": 404, "write": 401, "link": 403}[route.access]


@pytest.mark.parametrize("route", [r for r in ROUTES if r.access == "write"], ids=_label)
def test_writing_needs_a_token_that_may_write(hub: LocalHub, route: Route) -> None:
    """Without a token 401, with one that may only read 403; nothing changes."""
    before = sorted(hub.folder.rglob("*"))
    assert _sent(route, hub, "open", None).status == 401
    refused = _sent(route, hub, "open", hub.read_token)
    assert refused.status == 403
    assert "reader" in refused.headers["x-error-message"]
    assert sorted(hub.folder.rglob("*")) == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r.access == "read"], ids=_label)
def test_a_read_token_reads_what_is_private(hub: LocalHub, route: Route) -> None:
    """Every route that reads answers a token of scope read, for a private repository, too."""
    if route.pattern.endswith("/commits/{rev}"):
        assert _sent(route, hub, "hidden", hub.read_token).json[0]["authors"] == [{"user": "tester"}]
    assert _sent(route, hub, "hidden", hub.read_token).status == 200


def test_lists_leave_private_out(hub: LocalHub) -> None:
    """The list of data sets and the index page show a private one to tokens only."""
    for path in ("/api/datasets", "/"):
        assert b"lab/hidden" not in ask(hub, "GET", path).data
        assert b"lab/hidden" in ask(hub, "GET", path, token=hub.read_token).data
        assert b"lab/open" in ask(hub, "GET", path).data


TRAVERSALS = [
    "/datasets/lab/open/resolve/main/../../../../tokens.json",
    "/datasets/lab/open/resolve/main/%2e%2e/%2e%2e/tokens.json",
    "/datasets/lab/open/resolve/main/..%2f..%2ftokens.json",
    "/datasets/lab/open/resolve/main/%2e%2e%5c%2e%2e%5ctokens.json",
    "/datasets/lab/open/resolve/main//etc/passwd",
    "/datasets/lab/open/resolve/main/%2fetc%2fpasswd",
    "/datasets/lab/open/resolve/main/a%00b",
    "/datasets/lab/open/resolve/main/a/secret.txt%00",
    "/datasets/lab/open/resolve/..%2f..%2f..%2f..%2ftokens.json/x",
    "/datasets/lab/open/resolve/%2e%2e/README.md",
    "/datasets/lab/open/resolve/%2E%2E%2Fheads%2Fmain/README.md",
    "/datasets/lab/open/resolve/main%00/README.md",
    "/datasets/lab/..%2flab%2fhidden/resolve/main/README.md",
    "/datasets/lab%2fhidden/../open/resolve/main/README.md",
    "/datasets/../lab/hidden/resolve/main/README.md",
    "/datasets/%2e%2e/lab/resolve/main/README.md",
    "/datasets/.%2e/lab/resolve/main/README.md",
    "/datasets/lab/.hidden.lock/resolve/main/README.md",
    "/datasets/%2e/lab/resolve/main/README.md",
    "/datasets/lab/open%2f..%2fhidden/resolve/main/README.md",
    "/api/datasets/lab/..",
    "/api/datasets/..%2f..%2f/x",
    "/api/datasets/lab/open/tree/main/../..",
    "/api/datasets/lab/open/tree/main/%2e%2e",
    "/api/datasets/lab/open/tree/main/%2e%2e%2f%2e%2e",
    "/api/datasets/lab/open/revision/..%2f..%2frepository.json",
    "/api/datasets/lab/open/revision/refs%2fheads%2fmain",
    "/api/datasets/lab/open/revision/*",
    "/api/datasets/lab/open/revision/%2a%2a%2a%2a%2a%2a%2a",
    "/api/datasets/lab/open/commits/%ff%fe",
    "/%ff",
    "/..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/style.css/../../pyproject.toml",
    "/style.css%00",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leaves_what_it_names(hub: LocalHub, path: str) -> None:
    """Whatever is done to a path: 4xx, and nothing of another file, repository or folder."""
    for line in (path, "/.." + path):
        request = f"GET {line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        answer = raw(hub, request.encode("latin-1"))
        assert re.match(rb"HTTP/1\.1 4\d\d ", answer), answer
        for secret in (SECRET, b"sha256", b"root:", b"corpuskit_hub", b"[project]"):
            assert secret not in answer


@pytest.mark.parametrize(
    "name",
    ["..", ".", ".git", "a/b", "a\\b", "", "x" * 97, "a..b", "a--b", "a.git", ".x", "-x", "x.", "a b", "a\0b", "é", 7,
     None, ["a"]],
)  # fmt: skip
def test_names_of_repositories(hub: LocalHub, name: object) -> None:
    """A name that could be a path, or that clients do not take, makes nothing: 400."""
    before = sorted(hub.folder.rglob("*"))
    for body in ({"name": name, "organization": "lab"}, {"name": "x", "organization": name or ".."}):
        answer = ask(hub, "POST", "/api/repos/create", {"type": "dataset", **body}, hub.token)
        assert answer.status == 400, answer
    assert sorted(hub.folder.rglob("*")) == before


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../x", "/x", "a//b", "./x", "a/.", "a\\b", "a\0b", "a\nb", ".git/config", "a/.GIT/x", "", "x" * 256,
     "a/" * 600 + "x", "\ud800", None, 7],
    ids=repr,
)  # fmt: skip
def test_paths_of_files(hub: LocalHub, path: object) -> None:
    """A path that no client should write is taken by no operation: 400, no commit."""
    api, good = "/api/datasets/lab/open", {"path": "b.txt", "content": "eA==", "encoding": "base64"}
    head = ask(hub, "GET", api).json["sha"]
    oid = hashlib.sha256(SECRET).hexdigest()
    for key, value in (
        ("file", {**good, "path": path}),
        ("lfsFile", {"path": path, "algo": "sha256", "oid": oid, "size": len(SECRET)}),
        ("deletedFile", {"path": path}),
        ("copyFile", {"srcPath": "README.md", "path": path}),
        ("copyFile", {"srcPath": path, "path": "b.txt"}),
    ):
        answer = ask(hub, "POST", f"{api}/commit/main", lines((key, value)), hub.token)
        assert answer.status == 400, (key, answer)
    preupload = {"files": [{"path": path, "size": 1, "sample": ""}]}
    assert ask(hub, "POST", f"{api}/preupload/main", preupload, hub.token).status == 400
    assert ask(hub, "GET", api).json["sha"] == head


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../b", "refs/heads/x", "", "/x", "x/", "a//b", ".x", "a/.b", "x.lock", "a b", "a\0b", "é", "x" * 201,
     "0" * 40, 7],
)  # fmt: skip
def test_names_of_branches_and_tags(hub: LocalHub, name: object) -> None:
    """A name that could be a path, or the id of a commit, is none: 400."""
    from urllib.parse import quote

    api = "/api/datasets/lab/open"
    refs = sorted((hub.folder / "datasets/lab/open/refs").rglob("*"))
    assert ask(hub, "POST", f"{api}/tag/main", {"tag": name}, hub.token).status == 400
    if isinstance(name, str) and name:
        assert ask(hub, "POST", f"{api}/branch/{quote(name, safe='')}", {}, hub.token).status == 400
        assert (
            ask(hub, "POST", f"{api}/commit/{quote(name, safe='')}", lines(file("a", b"a")), hub.token).status
            == 404
        )
    assert sorted((hub.folder / "datasets/lab/open/refs").rglob("*")) == refs


def test_links_in_the_folder_are_not_followed(hub: LocalHub, tmp_path: Path) -> None:
    """A link where a namespace, a repository, a ref or an object should be leads nowhere."""
    create(hub, "linked")
    assert commit(hub, "/api/datasets/lab/linked", file("a.txt", b"aaa")).status == 200
    (tmp_path / "secret").write_bytes(SECRET)
    datasets = hub.folder / "datasets"
    (datasets / "other").symlink_to(datasets / "lab")
    (datasets / "lab" / "twin").symlink_to(datasets / "lab" / "hidden")
    for path in ("/api/datasets/other/open", "/api/datasets/lab/twin"):
        assert ask(hub, "GET", path, token=hub.token).status == 404
    body = {"type": "dataset", "organization": "other", "name": "new"}
    assert ask(hub, "POST", "/api/repos/create", body, hub.token).status == 400
    folder = datasets / "lab" / "linked"
    (folder / "refs" / "heads" / "stolen").symlink_to(datasets / "lab" / "hidden" / "refs" / "heads" / "main")
    assert ask(hub, "GET", "/api/datasets/lab/linked/revision/stolen").status == 404
    digest = hashlib.sha256(b"aaa").hexdigest()
    content = folder / "objects" / digest[:2] / digest
    content.unlink()
    content.symlink_to(tmp_path / "secret")
    answer = ask(hub, "GET", "/datasets/lab/linked/resolve/main/a.txt")
    assert answer.status == 500
    assert SECRET not in answer.data
    uploads = folder / "uploads"
    uploads.rmdir()
    (tmp_path / "out").mkdir()
    uploads.symlink_to(tmp_path / "out")
    assert commit(hub, "/api/datasets/lab/linked", file("b.txt", b"b")).status == 500
    assert list((tmp_path / "out").iterdir()) == []
    (datasets / "other").unlink()
    (datasets / "lab" / "twin").unlink()
    assert ask(hub, "DELETE", "/api/repos/delete", {"type": "dataset", "organization": "lab", "name": "linked"},
               hub.token).status == 200  # fmt: skip


def test_other_host_names_are_not_answered(hub: LocalHub) -> None:
    """A page of elsewhere whose name was pointed at this machine gets nothing, also with a token."""
    for host in (
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "",
        "a b",
        "127.0.0.1@evil.example",
    ):
        answer = ask(hub, "GET", "/api/datasets", token=hub.token, Host=host)
        assert answer.status in {400, 421}, host
        assert b"lab/open" not in answer.data
    assert ask(hub, "GET", "/api/datasets", Host="LOCALHOST:1").status == 200


def test_links_are_good_for_what_they_were_made(hub: LocalHub) -> None:
    """An upload link of another object, size, part or repository, without signature or too old, is refused."""
    create(hub, "links")
    action = batch(hub, "links", SECRET)["actions"]["upload"]
    path = path_of(action["href"])
    bare, _, query = path.partition("?")
    other = hashlib.sha256(b"other").hexdigest()
    for wrong in (
        bare,
        f"{bare}?{query[:-1]}",
        f"{bare}?{query}0",
        f"{bare}?expires=99999999999&{query.partition('&')[2]}",
        f"{bare}?expires=1&{query.partition('&')[2]}",
        f"{bare}?expires=%C3%A9&signature=%C3%A9",
        path.replace("/links.git/", "/open.git/"),
        path.replace(hashlib.sha256(SECRET).hexdigest(), other),
        path.replace(f"/{len(SECRET)}?", f"/{len(SECRET) + 1}?"),
        path.replace("/objects/", "/parts/"),
    ):
        assert ask(hub, "PUT", wrong, SECRET).status in {403, 404}, wrong
    assert not list((hub.folder / "datasets/lab/links/objects").glob("*/*"))
    assert ask(hub, "PUT", path, SECRET).status == 200


def test_links_end_with_the_server(tmp_path: Path) -> None:
    """What one run of the server signed, the next does not take."""
    with LocalHub(tmp_path / "hub") as first:
        create(first, "links")
        path = path_of(batch(first, "links", SECRET)["actions"]["upload"]["href"])
    with LocalHub(tmp_path / "hub") as second:
        assert ask(second, "PUT", path, SECRET).status == 403


def test_what_was_not_announced_is_not_kept(hub: LocalHub) -> None:
    """Bytes with another digest, too few or too many, in one piece or in parts: 4xx, and no object."""
    create(hub, "digests")
    objects, uploads = (hub.folder / "datasets/lab/digests" / name for name in ("objects", "uploads"))
    path = path_of(batch(hub, "digests", SECRET)["actions"]["upload"]["href"])
    for wrong in (SECRET[:-1], SECRET + b"x", SECRET[:-1] + b"x", b""):
        assert ask(hub, "PUT", path, wrong).status in {413, 422}
    upload = batch(hub, "digests", LARGE)["actions"]["upload"]
    parts = [path_of(upload["header"][f"{n:05d}"]) for n in range(1, 5)]
    size = int(upload["header"]["chunk_size"])
    for number, part in enumerate(parts):
        piece = LARGE[number * size : (number + 1) * size]
        assert ask(hub, "PUT", part, piece + b"x").status == 413
        assert ask(hub, "PUT", part, piece[:-1]).status == 422
        changed = piece[:-1] + b"!" if number == 2 else piece
        assert ask(hub, "PUT", part, changed).status == 200
    assert ask(hub, "POST", path_of(upload["href"]), {"parts": []}).status == 422
    assert [*objects.rglob("*"), *uploads.iterdir()] == []
    verify = {"oid": hashlib.sha256(LARGE).hexdigest(), "size": len(LARGE)}
    assert ask(hub, "POST", "/datasets/lab/digests.git/info/lfs/verify", verify, hub.token).status == 404
    pointer = ("lfsFile", {"path": "x.bin", "algo": "sha256", **verify})
    assert commit(hub, "/api/datasets/lab/digests", pointer).status == 400
    assert faults(hub.folder) == []


def test_a_part_that_is_missing_is_noticed(hub: LocalHub) -> None:
    """A completion before all parts came is refused; then nothing is kept."""
    create(hub, "parts")
    upload = batch(hub, "parts", LARGE)["actions"]["upload"]
    assert ask(hub, "POST", path_of(upload["href"]), {"parts": []}).status == 422
    size = int(upload["header"]["chunk_size"])
    assert ask(hub, "PUT", path_of(upload["header"]["00004"]), LARGE[3 * size :]).status == 200
    assert ask(hub, "POST", path_of(upload["href"]), {"parts": []}).status == 422
    assert [*(hub.folder / "datasets/lab/parts/objects").rglob("*")] == []


def test_a_file_that_is_too_large_is_told_before_it_travels(hub: LocalHub) -> None:
    """LFS batch answers with an error and no link, so nothing is sent."""
    create(hub, "limit")
    row = batch(hub, "limit", b"x", size=10**6 + 1)
    assert row["error"]["code"] == 413
    assert "actions" not in row


def _post(path: str, hub: LocalHub, headers: str, body: bytes, *, end: bool = False) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {hub.token}\r\nConnection: close\r\n"
    return raw(hub, f"{head}{headers}\r\n".encode() + body, end=end)


def test_bodies_are_not_what_they_announce(hub: LocalHub) -> None:
    """Too short, too long, too large, chunked without end, nonsense: 4xx or a closed line, and no change."""
    create(hub, "bodies")
    path, whole = "/api/datasets/lab/bodies/commit/main", lines(file("a.txt", b"a"))
    before = ask(hub, "GET", "/api/datasets/lab/bodies").json["sha"]
    chunk = b"%x\r\n%s\r\n" % (len(whole), whole)
    for headers, body, expected in (
        (f"Content-Length: {len(whole) + 10}\r\n", whole, rb"|HTTP/1.1 400 .*"),
        (f"Content-Length: {2**31}\r\n", whole, rb"HTTP/1.1 413 .*"),
        ("Content-Length: 99999999999999999999\r\n", whole, rb"HTTP/1.1 4\d\d .*"),
        ("Content-Length: -1\r\n", whole, rb"HTTP/1.1 400 .*"),
        ("Content-Length: x\r\n", whole, rb"HTTP/1.1 400 .*"),
        (f"Content-Length: 5\r\nContent-Length: {len(whole)}\r\n", whole, rb"HTTP/1.1 400 .*"),
        ("Transfer-Encoding: chunked\r\n", chunk, rb"|HTTP/1.1 400 .*"),
        ("Transfer-Encoding: chunked\r\n", b"zz\r\nabc", rb"HTTP/1.1 400 .*"),
        ("Transfer-Encoding: gzip\r\n", whole, rb"HTTP/1.1 (400|501) .*"),
    ):
        answer = _post(path, hub, headers, body, end=expected.startswith(b"|"))
        assert re.fullmatch(expected, answer, re.DOTALL), (headers, answer)
    assert ask(hub, "GET", "/api/datasets/lab/bodies").json["sha"] == before
    assert b"commitOid" in _post(path, hub, "Transfer-Encoding: chunked\r\n", chunk + b"0\r\n\r\n")
    assert list((hub.folder / "datasets/lab/bodies/uploads").iterdir()) == []


def test_json_bodies_have_a_limit(hub: LocalHub) -> None:
    """A JSON body over 8 MiB is refused whether it says so or comes in chunks."""
    path, large = "/api/repos/create", b" " * (8 * 2**20 + 1)
    assert ask(hub, "POST", path, large, hub.token).status == 413
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(large), large)
    assert b"HTTP/1.1 413" in _post(path, hub, "Transfer-Encoding: chunked\r\n", chunked)


NONSENSE = [
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"1" * 10_000, b'{"files": 7}', b'{"objects": [7]}',
    b'{"objects": [{"oid": 7, "size": "x"}], "operation": "upload"}', b'{"files": [{"path": {}}]}', b'{"paths": 7}',
    b'{"content": 7}', b'{"tag": []}', b'{"operation": []}', b'{"operation": "upload", "transfers": 7, "objects": []}',
    b'{"files": [{"path": "a", "size": 1, "sample": "\xc3\xa9"}]}', b'{"private": "x"}', b'{"visibility": {}}',
]  # fmt: skip


@pytest.mark.parametrize("route", [r for r in ROUTES if r.body != "none" and r.access != "link"], ids=_label)
def test_nonsense_is_a_sentence(hub: LocalHub, route: Route) -> None:
    """Bodies that are not what a route reads are answered with 4xx and a sentence, never 5xx."""
    for body in NONSENSE:
        answer = ask(hub, route.method, _path(route, "open"), body, hub.token)
        if answer.status != 200:
            assert 400 <= answer.status < 500, (body[:60], answer)
            assert answer.json.get("error") or answer.json.get("errors")


WHAT_CLIENTS_KNOW = [
    "/api/datasets/lab/open/discussions?p=0", "/api/datasets/lab/open/discussions/1/comment",
    "/api/datasets/lab/hidden/like", "/api/datasets/lab/open/likers", "/api/users/x/likes",
    "/api/datasets/lab/open/user-access-request/pending", "/api/datasets/lab/open/duplicate",
    "/api/datasets/lab/open/lfs-files", "/api/collections?owner=x", "/api/settings/webhooks", "/api/jobs/x",
    "/api/users/x/overview", "/api/settings/repositories", "/api/datasets-tags-by-type",
    "/datasets/lab/open/info/refs?service=git-upload-pack",
]  # fmt: skip


@pytest.mark.parametrize("path", WHAT_CLIENTS_KNOW)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_hub_does_not_have_is_a_sentence(hub: LocalHub, path: str, method: str) -> None:
    """What clients may ask and this hub has not is told as such, whether or not the repository is there."""
    answer = ask(hub, method, path, {} if method == "POST" else None)
    assert (answer.status, answer.json["error"][:8]) == (400, "this hub"), answer


@pytest.mark.parametrize("route", ROUTES, ids=_label)
def test_nothing_is_both_there_and_absent(route: Route) -> None:
    """No path of a route is among those that are told to be absent."""
    assert not any(re.fullmatch(pattern, _path(route, "open")) for pattern in ABSENT)


_KEYS = (
    "files", "objects", "operation", "transfers", "paths", "expand", "tag", "message", "startingPoint", "name", "type",
    "organization", "visibility", "private", "gated", "content", "oid", "size", "path", "sample", "parts",
)  # fmt: skip
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just("dataset"), st.just("upload"),
    st.just("é="), st.just("0" * 64), st.just(10**400), st.just("\ud800"),
)  # fmt: skip
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.sampled_from([r for r in ROUTES if r.body in {"json", "form"} and r.access != "link"]),
    st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=6),
)
def test_no_json_breaks_a_route(hub: LocalHub, route: Route, body: dict[str, object]) -> None:
    """Whatever JSON a route is given, the answer is no 5xx."""
    if route.pattern != "/api/repos/delete":
        assert ask(hub, route.method, _path(route, "fuzzed"), body, hub.token).status < 500


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["file", "lfsFile", "deletedFile", "deletedFolder", "copyFile", "header"]),
            st.dictionaries(st.sampled_from(["path", "content", "encoding", "oid", "size", "algo", "srcPath", "summary",
                                             "srcRevision", "parentCommit", "description"]), _VALUES, max_size=5),
        ),
        max_size=4,
    )
)  # fmt: skip
def test_no_operations_break_a_commit(hub: LocalHub, operations: list[tuple[str, dict[str, object]]]) -> None:
    """Whatever operations a commit has, the answer is no 5xx, and the repository stays whole."""
    assert commit(hub, "/api/datasets/lab/fuzzed", *operations).status < 500
    assert faults(hub.folder) == []


def test_numbers_of_a_query(hub: LocalHub) -> None:
    """A cursor or a limit that is no number is 400, one beyond the end an empty page."""
    for value in ("-1", "x", "9" * 5000, "%D9%A3", "1.5", ""):
        assert ask(hub, "GET", f"/api/datasets/lab/open/tree/main?cursor={value}").status == 400, value
        assert ask(hub, "GET", f"/api/datasets?limit={value}").status == 400, value
    assert ask(hub, "GET", "/api/datasets/lab/open/tree/main?cursor=999").json == []
    assert ask(hub, "GET", "/api/datasets?limit=0").json == []
    assert len(ask(hub, "GET", "/api/datasets?limit=1").json) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\n\n", b"{}", b'{"key": "header"}', b'{"key": "header", "value": {"summary": ""}}',
        b'{"key": "header", "value": {"summary": "\\ud800"}}',
        b'{"key": "header", "value": {"summary": "x", "parentCommit": "main"}}',
        lines(("file", {"path": "a", "content": "%%%", "encoding": "base64"})),
        lines(("file", {"path": "a", "encoding": "base64"})),
        lines(("file", {"path": "a", "content": 7})),
        lines(("file", {"path": "a", "content": "é", "encoding": "base64"})),
        lines(("lfsFile", {"path": "a", "oid": "x", "size": 1})),
        lines(("lfsFile", {"path": "a", "oid": "0" * 64, "size": -1})),
        lines(("lfsFile", {"path": "a", "oid": "0" * 64, "size": 1, "algo": "md5"})),
        lines(("unknown", {"path": "a"})),
        lines(file("a", b"x"), file("a/b", b"y")),
        lines(file("README.md/b", b"y")),
        lines(file("a", b"x")) + b"nonsense",
        lines() + b'{"key": "file", "value": {"path": "a", "content": "' + b"A" * (16 * 2**20) + b'"}}',
    ],
    ids=lambda body: repr(body[-60:]),
)  # fmt: skip
def test_a_commit_that_is_none_changes_nothing(hub: LocalHub, body: bytes) -> None:
    """A body that cannot be applied whole is applied not at all: 400 or 413."""
    api = "/api/datasets/lab/open"
    before = ask(hub, "GET", api).json["sha"]
    assert ask(hub, "POST", f"{api}/commit/main", body, hub.token).status in {400, 413}
    assert ask(hub, "GET", api).json["sha"] == before
    assert list((hub.folder / "datasets/lab/open/uploads").iterdir()) == []
    assert faults(hub.folder) == []
