"""What a hub shows people and hands to browsers: pages without scripts, hostile cards inert, files by ranges."""

import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from conftest import REPOSITORY
from hub_requests import Answer, ask, batch, commit, create, file, path_of

import corpuskit
from corpuskit.card import foreign_head
from corpuskit.hub.serving.cards import body_html, web_address
from corpuskit.testing import LocalHub

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202ecod.exe\x1b[31m"
CARD = f"""---
pretty_name: {HOSTILE!r}
license: cc0-1.0
---
# Title {HOSTILE.translate({27: None})}

<script>document.title = "owned"</script>
<img src="https://evil.example/x.png" onerror="alert(1)">
<!-- a comment --><b onclick=alert(1)>after it</b>
<!-- corpuskit:load -->
inline <svg/onload=alert(1)> <a href="javascript:alert(1)">x</a> <!-- seen? -->
<style>body {{ display: none }}</style>
<iframe src="//evil.example"></iframe>
<meta http-equiv="refresh" content="0;url=//evil.example">
<base href="//evil.example/">
<form action="//evil.example"><input name=a></form>

[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,<script>alert(1)</script>) [d](vbscript:x)
[e](file:///etc/passwd) [f](//evil.example/x) [g](\\\\evil.example) [h](mailto:x@evil.example) [i](../../../tokens.json)
[j](/api/datasets) [k](java&#115;cript:alert(1)) [l](https://example.org/?a=1&b="2") [m](#title) [n](a/b.txt)
[o](https://example.org/"onmouseover="alert(1)) <javascript:alert(1)> <https://example.org/auto>
[p][ref] ![q](https://evil.example/q.png) ![r](figures/x.svg) ![s](javascript:alert(1)) ![t"><script>](figures/x.svg)

[ref]: javascript:alert(1) "x"

```python" onload="alert(1)
code <script>
```

| a | b |
|---|---|
| <script>alert(1)</script> | `</code><script>` |
"""
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    b'<script>alert(1)</script><rect width="40" height="20"/></svg>'
)
_SAFE_TAGS = {
    "html", "head", "meta", "title", "link", "body", "header", "main", "article", "aside", "section", "div", "span",
    "h1", "h2", "h3", "p", "a", "ul", "ol", "li", "pre", "code", "em", "strong", "br", "img", "table", "thead",
    "tbody", "tr", "th", "td", "blockquote", "hr",
}  # fmt: skip


class _Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, attribute: str) -> list[str]:
        return [found[attribute] for name, found in self.tags if name == tag and attribute in found]


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with LocalHub() as running:
        api = create(running, "hostile")
        name = 'b"><script>alert(1)</script>.txt'
        files = (file("README.md", CARD.encode()), file("a/b.txt", b"b"), file("figures/x.svg", SVG), file(name, b"x"),
                 file("page.html", b"<script>alert(1)</script>"), file("\u202egpj.exe", b"x"))  # fmt: skip
        assert commit(running, api, *files).status == 200
        body = {"tag": "v1.0.0", "message": HOSTILE}
        assert ask(running, "POST", f"{api}/tag/main", body, running.token).status == 200
        yield running


def _page(hub: LocalHub, path: str, token: str | None = None) -> tuple[Answer, _Page]:
    answer = ask(hub, "GET", path, token=token, Accept="text/html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer, _Page(answer.data.decode())


@pytest.mark.parametrize(
    "path", ["/", "/datasets/lab/hostile", "/datasets/lab/hostile/tree/v1.0.0", "/nothing<script>"]
)
def test_hostile_values_are_inert(hub: LocalHub, path: str) -> None:
    """No element, attribute or address of a page comes from data, but links to the web and files of the corpus."""
    answer, page = _page(hub, quote(path))
    assert {tag for tag, _ in page.tags} <= _SAFE_TAGS
    for tag, attributes in page.tags:
        assert not [
            name for name in attributes if name.startswith("on") or name in {"style", "srcset", "http-equiv"}
        ], tag
    for target in page.values("a", "href") + page.values("img", "src") + page.values("link", "href"):
        assert re.fullmatch(
            r"/|/style\.css|/datasets/lab/[a-z-]+|/datasets/lab/hostile/.*|https://example\.org/.*|#title",
            target,
        ), target
    assert all(target.startswith("/datasets/lab/hostile/resolve/") for target in page.values("img", "src"))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", answer.data.decode())
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_hostile_card_shows_its_words(hub: LocalHub) -> None:
    """Markup of a card is shown as the characters it is made of; comments, which hold our marks, are left out."""
    _, page = _page(hub, "/datasets/lab/hostile")
    for words in (
        '<script>document.title = "owned"</script>', "<svg/onload=alert(1)>", "<b onclick=alert(1)>after it</b>",
        "code <script>", "\\u202ecod.exe",
    ):  # fmt: skip
        assert words in page.text, words
    assert "a comment" not in page.text
    assert "seen?" not in page.text
    targets = page.values("a", "href")
    commit_id = ask(hub, "GET", "/api/datasets/lab/hostile").json["sha"]
    assert f"/datasets/lab/hostile/resolve/{commit_id}/a/b.txt" in targets
    assert "https://example.org/auto" in targets
    assert "#title" in targets
    assert page.values("img", "src") == [f"/datasets/lab/hostile/resolve/{commit_id}/figures/x.svg"] * 2


@pytest.mark.parametrize(
    "target",
    ["javascript:x", "//e.example", "/x", "data:,x", "http:x", "https://a b", 'https://a"', " https://a", ""],
)
def test_where_links_may_lead(target: str) -> None:
    """To the web by http or https, and to headings; nowhere else."""
    assert web_address(target) is None


def test_deep_and_odd_cards_are_rendered(hub: LocalHub) -> None:
    """Cards made to be hard on a parser come out as some page."""
    odd = [
        "> " * 5000 + "x",
        "[" * 20000,
        "*a " * 20000,
        "`" * 9999,
        "<" * 20000,
        "![[" * 9000,
        "|a" * 999 + "\n" + "|-" * 999,
        "\0",
    ]
    for text in odd:
        assert isinstance(body_html(text, web_address), str)
    api = create(hub, "odd")
    for data in (b"", b"\xff\xfe\x00", b"---\n", b"# " + "é".encode("latin-1"), b"x" * (600 * 1024)):
        assert commit(hub, api, file("README.md", data)).status == 200
        answer, page = _page(hub, "/datasets/lab/odd")
        assert answer.status == 200
        assert "README.md" in page.text


BOMBS = {
    "aliases": "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]",
    "merges": "a: &a {x: 1}\nb: {<<: [*a, *a]}",
    "itself": "a: &a [*a]",
    "depth": "a: " + "[" * 1000 + "]" * 1000,
    "length": "a: " + "x" * 300_000,
    "digits": "a: " + "1" * 5000,
    "date": "a: 2020-13-45",
    "tag": "a: !!python/object/apply:os.system [true]",
    "nothing": "- a",
    "syntax": "a: [",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_head_beyond_bounds_is_none(hub: LocalHub, name: str) -> None:
    """A YAML head that stands for too much, or cannot be read, is told by validate-yaml, and no data of the card."""
    text = f"---\n{BOMBS[name]}\n---\n# Card\n"
    with pytest.raises(ValueError, match="the YAML head"):
        foreign_head(text)
    answer = ask(hub, "POST", "/api/validate-yaml", {"content": text, "repoType": "dataset"}, hub.token)
    assert answer.status == 400
    assert answer.json["errors"][0]["message"]
    api = create(hub, f"bomb-{name}")
    assert commit(hub, api, file("README.md", text.encode())).status == 200
    assert ask(hub, "GET", api).json["cardData"] is None
    assert "Card" in _page(hub, f"/datasets/lab/bomb-{name}")[1].text


def test_the_hub_refuses_what_hubs_refuse(hub: LocalHub) -> None:
    """validate-yaml refuses ids that are none, and warns of tasks that it does not list."""
    text = "---\nlicense: MIT\nlanguage: English\ntask_categories: [nothing]\n---\n"
    answer = ask(hub, "POST", "/api/validate-yaml", {"content": text, "repoType": "dataset"}, hub.token)
    assert answer.status == 400
    assert [e["message"].partition(":")[0] for e in answer.json["errors"]] == ["line 2", "line 3"]
    assert [e["message"].partition(":")[0] for e in answer.json["warnings"]] == ["line 4"]


def test_heads_are_plain_data(hub: LocalHub) -> None:
    """What YAML has and JSON has not becomes text; tags of the hub follow from the head."""
    text = (
        "---\na: 2020-01-02\nb: .nan\nc: !!set {x, y}\nd: 0x"
        + "f" * 2000
        + '\ne: "\\ud800"\n1: true\nlanguage: [id, en]\nlicense: cc0-1.0\ntags: [x]\n---\n'
    )
    api = create(hub, "plain")
    assert commit(hub, api, file("README.md", text.encode())).status == 200
    info = ask(hub, "GET", api).json
    head = info["cardData"]
    assert (head["a"], head["b"], head["c"], head["e"], head["1"]) == (
        "2020-01-02",
        "nan",
        ["x", "y"],
        "\\ud800",
        True,
    )
    assert head["d"] == "0x" + "f" * 2000
    assert info["tags"] == ["x", "language:id", "language:en", "license:cc0-1.0"]


def test_a_page_of_a_release(hub: LocalHub, tmp_path: Path) -> None:
    """A release has its card, all its files, its versions and how to load it; every link of the page leads on."""
    release = corpuskit.build(REPOSITORY / "examples" / "corpus.toml", tmp_path)
    api = create(hub, "contoh")
    names = sorted(p.relative_to(release.path).as_posix() for p in release.path.rglob("*") if p.is_file())
    assert commit(hub, api, *(file(name, (release.path / name).read_bytes()) for name in names)).status == 200
    assert ask(hub, "POST", f"{api}/tag/main", {"tag": "v1.0.0"}, hub.token).status == 200
    assert commit(hub, api, file("later.txt", b"x")).status == 200
    _, page = _page(hub, "/datasets/lab/contoh")
    assert "Contoh: a small sample corpus" in page.text
    assert 'load_dataset(\n    "lab/contoh",\n    revision="v1.0.0",\n)' in page.text
    assert "corpuskit:" not in page.text
    for name in [*names, "later.txt", f"HF_ENDPOINT={hub.endpoint}", "a commit", f"{len(names)} files"]:
        assert name in page.text, name
    for target in set(page.values("a", "href") + page.values("img", "src") + page.values("link", "href")):
        if target.startswith("/"):
            assert ask(hub, "GET", target, Accept="text/html").status == 200, target
    assert "later.txt" not in _page(hub, "/datasets/lab/contoh/tree/v1.0.0")[1].text
    listed = _page(hub, "/")[1]
    assert "/datasets/lab/contoh" in listed.values("a", "href")


def test_a_private_corpus_has_a_page_for_tokens_only(hub: LocalHub) -> None:
    """Without a token its page is a 404 like any other; with one it is there, and says that it is private."""
    create(hub, "closed", private=True)
    answer, page = _page(hub, "/datasets/lab/closed")
    assert answer.status == 404
    assert "Repository lab/closed not found" in page.text
    answer, page = _page(hub, "/datasets/lab/closed", hub.read_token)
    assert answer.status == 200
    assert "private" in page.text


def test_files_are_nothing_that_runs(hub: LocalHub) -> None:
    """HTML is saved, not shown; a picture is shown without its scripts; nothing is guessed from the bytes."""
    for name, kind, place in (
        ("page.html", "application/octet-stream", "attachment"),
        ("figures/x.svg", "image/svg+xml", "inline"),
        ("a/b.txt", "text/plain; charset=utf-8", "inline"),
    ):
        answer = ask(hub, "GET", f"/datasets/lab/hostile/resolve/main/{name}")
        assert answer.status == 200
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith(f"{place}; ")
        assert (
            answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
    name = 'b"><script>alert(1)</script>.txt'
    disposition = ask(hub, "GET", f"/datasets/lab/hostile/resolve/main/{quote(name, safe='')}").headers[
        "content-disposition"
    ]
    assert unquote(disposition.partition("''")[2]) == name.rpartition("/")[2]


LARGE = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def large(hub: LocalHub) -> str:
    """The path of a large file, uploaded as LFS."""
    api = create(hub, "ranges")
    oid = hashlib.sha256(LARGE).hexdigest()
    assert (
        ask(hub, "PUT", path_of(batch(hub, "ranges", LARGE)["actions"]["upload"]["href"]), LARGE).status
        == 200
    )
    pointer = ("lfsFile", {"path": "x.bin", "algo": "sha256", "oid": oid, "size": len(LARGE)})
    assert commit(hub, api, pointer, file("empty", b"")).status == 200
    return "/datasets/lab/ranges/resolve/main/x.bin"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("0-0", 0, 1),
        ("0-99", 0, 100),
        ("1000-", 1000, None),
        ("-8", -8, None),
        ("500-99999999", 500, None),
        ("-99999999", 0, None),
    ],
)
def test_ranges(hub: LocalHub, large: str, asked: str, start: int, end: int | None) -> None:
    """A range gives those bytes, 206 and where they stand."""
    answer = ask(hub, "GET", large, Range=f"bytes={asked}")
    wanted = LARGE[start:end]
    assert (answer.status, answer.data) == (206, wanted)
    first = start % len(LARGE)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(wanted) - 1}/{len(LARGE)}"


@pytest.mark.parametrize(
    "asked", ["bytes=9-1", "bytes=99999999-", "bytes=x-y", "lines=1-2", "bytes=-", "bytes=1-2,99999999-"]
)
def test_ranges_that_are_none(hub: LocalHub, large: str, asked: str) -> None:
    """A range beyond the file, or none at all, is 4xx."""
    assert 400 <= ask(hub, "GET", large, Range=asked).status <= 416


def test_headers_of_a_file(hub: LocalHub, large: str) -> None:
    """HEAD says commit, digest and size; an ETag that is known is 304; If-Range with another gives all."""
    head = ask(hub, "HEAD", large)
    oid = hashlib.sha256(LARGE).hexdigest()
    assert head.data == b""
    assert head.headers["etag"] == head.headers["x-linked-etag"] == f'"{oid}"'
    assert head.headers["content-length"] == head.headers["x-linked-size"] == str(len(LARGE))
    assert head.headers["accept-ranges"] == "bytes"
    assert head.headers["x-repo-commit"] == ask(hub, "GET", "/api/datasets/lab/ranges").json["sha"]
    known = ask(hub, "GET", large, If_None_Match=f'"x", "{oid}"')
    assert (known.status, known.data) == (304, b"")
    assert ask(hub, "GET", large, Range="bytes=0-1", If_Range='"other"').data == LARGE
    assert ask(hub, "GET", large, Range="bytes=0-1", If_Range=f'"{oid}"').data == LARGE[:2]
    assert ask(hub, "GET", "/datasets/lab/ranges/resolve/main/empty").data == b""
    blob = hashlib.sha1(b"blob 1\0b", usedforsecurity=False).hexdigest()
    assert ask(hub, "HEAD", "/datasets/lab/hostile/resolve/main/a/b.txt").headers["etag"] == f'"{blob}"'
