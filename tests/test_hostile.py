"""Data never acts: hostile values, schemas and paths are inert, refused or bounded, and stored as they are."""

import gzip
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import unicodedata
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from markdown_it import MarkdownIt

import corpuskit

VALUES = [
    "[/bold] [red]merah[/red] [link=javascript:alert(1)]x[/link] :smiley: [b",
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.invalid/\x1b\\link\x1b]8;;\x1b\\ \x1b]52;c;eA==\x07 \x9b31m \x1b[2J",
    "---\n---\nlicense: mit\n...",
    "!!python/object/apply:os.system ['true']",
    "a: b # c\n- no\n? {x: [",
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a> <javascript:alert(1)> [x](javascript:alert(1)) ![i](javascript:alert(1))',
    "| a | b |\n|---|---|\n| `c` | **d** |",
    "```\n# Judul\n~~~\n    kode\n> kutip\n1. satu",
    "--> <!-- /corpuskit:head --> <!-- corpuskit:glance -->",
    "a\u202eexe.gpj\u2066\u200f\u061c\u2028\u2029\ufeff\u0085\u00adz",
    "nol\x00\x01\x7f\x08\r\t\x0b\x0c akhir",
    "{{ m.name }} {% raw %} ${PATH} `id` $(id) %s {0}",
    "=HYPERLINK(\"http://evil.invalid\") @SUM(1) +1 -1",
    "\\", "`", "|", "\\|<script>alert(1)</script>", "a`\\|<b>", "&lt;script&gt; &#60;b&#62;", "'\"", "~", "$", "%",
    "panjang " * 2000,
]  # fmt: skip
DRAWN = re.compile(r"\x1b\[[0-9;]*m")


def run(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, which must end; its output as UTF-8, nothing translated."""
    done = subprocess.run(
        [sys.executable, "-m", "corpuskit", *map(str, arguments)],
        capture_output=True, cwd=cwd, env={**os.environ, **environment}, timeout=60, check=False,
    )  # fmt: skip
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def acting(text: str) -> set[str]:
    """The characters of a text that a terminal or a reader's eye would obey."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}


def quoted(value: Any) -> str:
    """A value in TOML, whose basic strings are those of JSON but for DEL."""
    return json.dumps(value).replace("\x7f", "\\u007f")


def write_corpus(root: Path, values: list[str], extra: str = "") -> Path:
    """A corpus with the values in every field of corpus.toml, of records, and in names."""
    (root / "raw").mkdir(parents=True)
    every = " ".join(values)
    toml = (
        f'[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\npretty_name = {quoted(every)}\n'
        f"description = {quoted(every)}\nauthors = {quoted(values)}\ncitation = {quoted(every)}\n"
        f"contact = {quoted(every)}\n[hub]\ntags = {quoted(values)}\n"
        f"[card]\npersonal_data = {quoted(every)}\nremoval_contact = {quoted(every)}\n{extra}"
    )
    for number, value in enumerate(values):
        records = [
            {"id": value, "title": value, "text": f"{value} {number}", "authors": [value], "split": "train"},
            {"text": f"tanpa {number}", "url": value, "language": value, "license": value, "published": value,
             value: value, "retrieved": value},
            {"id": value, "title": [value], "text": "judul salah"},
            {"id": value, "text": {value: 1}},
        ]  # fmt: skip
        flat = " ".join(value.splitlines())
        lines = [json.dumps(record) for record in records] + [f"rusak {flat}", '{"' + flat]
        (root / f"raw/{number}.jsonl").write_text("\n".join(lines), encoding="utf-8", newline="\n")
        toml += (
            f'[[source]]\nname = {quoted(value)}\nfiles = ["raw/{number}.jsonl"]\nlicense = "LicenseRef-terms"\n'
            f'language = "id"\nmax_loss = 1\npublisher = {quoted(value)}\nhomepage = "https://baik.invalid/{number}"\n'
            f"collected = {quoted(value)}\ncollection = {quoted(value)}\nterms = {quoted(value)}\n"
            f'license_evidence = {quoted(value)}\nlicense_url = "https://baik.invalid/a?b=1&lt;{number}"\n'
        )
    (root / "corpus.toml").write_text(toml, encoding="utf-8")
    return root / "corpus.toml"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a built corpus that holds every hostile value everywhere."""
    root = tmp_path_factory.mktemp("hostile")
    corpuskit.build(write_corpus(root, VALUES), root / "out")
    return root


# --- stored as it is ---


def test_values_are_stored_as_they_are(hostile: Path) -> None:
    """Title, text, ids, authors and sources of the release are the values to the last character."""
    rows = pq.read_table(hostile / "out/tiny-1.0.0/data").to_pylist()
    titled = [row for row in rows if row["authors"]]
    assert [(r["source"], r["id"], r["title"], r["text"], r["authors"]) for r in titled] == [
        (value, value, value, f"{value} {number}", [value]) for number, value in enumerate(VALUES)
    ]
    aside = [json.loads(row["extra"]) for row in rows if row["text"].startswith("tanpa")]
    assert all(extra[value] == value for extra, value in zip(aside, VALUES, strict=False))


def test_the_release_verifies(hostile: Path) -> None:
    """Nothing in the values makes a release contradict itself."""
    assert corpuskit.verify(hostile / "out/tiny-1.0.0") == []


# --- the terminal ---

COMMANDS = [
    ["validate", "corpus.toml"], ["validate", "raw/1.jsonl", "raw/5.jsonl"],
    ["verify", "out/tiny-1.0.0"], ["card", "out/tiny-1.0.0", "--check"], ["build", "--out", "out"],
    ["build", "--out", "out", "--replace"], ["verify", "tidak \x1b[31m\u202e"], ["validate", "\x1b[31m\u202e.jsonl"],
    ["build", "\x1b]8;;x\x07.toml", "--out", "out"], ["card", "\x9b31m"], ["verify", "--\x1b[31m"], ["\x1b[31m\u202e"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c).encode("unicode_escape").decode())
def test_nothing_acts_on_a_terminal(hostile: Path, command: list[str]) -> None:
    """No control or direction character of any value reaches the terminal beside the colours that are ours."""
    done = run(*command, cwd=hostile, FORCE_COLOR="1", COLUMNS="80")
    assert acting(DRAWN.sub("", done.stdout + done.stderr)) == set()
    assert "Traceback" not in done.stderr
    assert done.stdout + done.stderr


def test_escapes_of_values_are_shown(hostile: Path) -> None:
    """A colour code in a value is printed as visible characters, so what is coloured is ours alone."""
    shown = run("validate", "raw/1.jsonl", cwd=hostile, FORCE_COLOR="1").stdout
    assert "\\u001b[31mred" in shown
    assert "\x1b[31mred" not in shown
    markup = run("validate", "raw/0.jsonl", cwd=hostile).stdout
    assert "[/bold] [red]merah[/red] [link=javascript:alert(1)]x[/link] :smiley: [b" in markup


def test_the_printed_card_is_inert(hostile: Path) -> None:
    """`card` prints README.md, YAML head included, without a character that a terminal obeys."""
    for shape in ("text", "json"):
        done = run("card", "out/tiny-1.0.0", "--format", shape, cwd=hostile)
        assert (done.returncode, acting(done.stdout)) == (0, set())


def test_json_on_stdout_is_ascii(hostile: Path) -> None:
    """JSON output holds printable ASCII only, and the values when it is parsed."""
    done = run("validate", "corpus.toml", "--format", "json", cwd=hostile)
    assert done.stdout.replace("\n", "").isascii()
    assert acting(done.stdout) == set()
    assert set(VALUES) <= {finding["id"] for finding in json.loads(done.stdout)["findings"]}


def test_a_terminal_that_is_not_utf8_gets_escapes(hostile: Path) -> None:
    """What a terminal cannot show is escaped: no command fails for a character."""
    for command in (["validate", "corpus.toml"], ["card", "out/tiny-1.0.0"]):
        done = run(*command, cwd=hostile, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0 if command[0] == "card" else 1, "")
        assert done.stdout.isascii()


def test_a_damaged_release_is_told_inertly(hostile: Path, tmp_path: Path) -> None:
    """Names of extra files and the words of a false card reach the terminal as visible characters."""
    release = tmp_path / "\x1b[31mx\u202e"
    release.mkdir()
    for path in (hostile / "out/tiny-1.0.0").rglob("*"):
        if path.is_file():
            target = release / path.relative_to(hostile / "out/tiny-1.0.0")
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    (release / "[red]\x1b[31m\n\u202e.parquet").touch()
    card = (release / "README.md").read_text(encoding="utf-8")
    (release / "README.md").write_text(
        card.replace("## Columns", f"## Columns\n\n{VALUES[1]}\n"), encoding="utf-8"
    )
    for command in (["verify", release], ["card", release, "--check"]):
        done = run(*command, cwd=tmp_path)
        assert (done.returncode, acting(done.stdout + done.stderr)) == (1, set())


# --- documents ---


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self.comments.append(data.strip())

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


def rendered(markdown: str) -> Tags:
    """Markdown as GitHub and the hub render it: raw HTML passes, tables are tables."""
    return Tags(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def head_and_body(card: str) -> tuple[Any, str]:
    """The YAML head of a card, parsed safely, and its body."""
    _, head, body = re.split(r"(?m)^---\n", card, maxsplit=2)
    return yaml.safe_load(head), body


@pytest.mark.parametrize("name", ["README.md", "NOTICE.md"])
def test_rendered_documents_hold_no_foreign_markup(hostile: Path, name: str) -> None:
    """No tag, attribute, link or comment of a rendered document came from a value, and the values are read."""
    text = (hostile / "out/tiny-1.0.0" / name).read_text(encoding="utf-8")
    page = rendered(head_and_body(text)[1] if name == "README.md" else text)
    ours = {
        "h1",
        "h2",
        "h3",
        "img",
        "p",
        "ul",
        "li",
        "code",
        "pre",
        "a",
        "strong",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert {tag for tag, _ in page.found} <= ours
    assert {key for _, attributes in page.found for key in attributes} <= {
        "href",
        "style",
        "class",
        "src",
        "alt",
    }
    images = {a["src"] or "" for tag, a in page.found if tag == "img"}
    assert all(re.fullmatch(r"figures/[a-z]+\.svg", image) for image in images)
    targets = {a["href"] or "" for tag, a in page.found if tag == "a"}
    allowed = {f"https://baik.invalid/{n}" for n in range(len(VALUES))}
    allowed |= {f"https://baik.invalid/a?b=1&lt;{n}" for n in range(len(VALUES))}
    assert targets <= allowed | {"https://spdx.org/licenses/CC0-1.0.html"}
    assert all(re.fullmatch(r"/?corpuskit:[a-z-]+", comment) for comment in page.comments)
    assert acting(page.text) == set()
    for value in (VALUES[0], VALUES[5], VALUES[6], VALUES[12], VALUES[17], VALUES[19]):
        assert value in page.text


def outline(root: Path, value: str) -> tuple[list[str], list[str], Any]:
    """The tags, comments and YAML keys of the card of a corpus that holds a value everywhere."""
    release = corpuskit.build(write_corpus(root, [value, "biasa"]), root / "out")
    card = (release.path / "README.md").read_text(encoding="utf-8")
    head, body = head_and_body(card)
    assert card.count("\n---\n") == 1
    # The table of findings has a row for each kind, and a value may well be worth a finding of its own.
    start, end = "\nNoticed, and left as it is:\n", "<!-- /corpuskit:limits -->"
    body = re.sub(rf"(?s){start}.*?(?={end})", "", body)
    page = rendered(body)
    return [tag for tag, _ in page.found], page.comments, _keys(head)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str], Any]:
    """The outline of a card whose values are words."""
    return outline(tmp_path_factory.mktemp("harmless"), "lain")


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_each_value_alone_leaves_the_outline_as_it_is(tmp_path: Path, harmless: Any, number: int) -> None:
    """A card with one hostile value has the headings, tables, cells and YAML keys of a harmless one."""
    tags, comments, keys = outline(tmp_path, VALUES[number])
    meant = harmless[0]
    if "<!--" in VALUES[number]:  # what could be the mark of a block is no code, which cannot be escaped
        tags, meant = ([tag for tag in each if tag != "code"] for each in (tags, meant))
    assert (tags, comments, keys) == (meant, *harmless[1:])


def _keys(value: Any) -> Any:
    """The keys of nested tables, the values left out; lists by their first item."""
    if isinstance(value, dict):
        return {key: _keys(item) for key, item in value.items()}
    return [_keys(item) for item in value[:1]] if isinstance(value, list) else type(value).__name__


def test_yaml_values_are_the_values(hostile: Path) -> None:
    """What stands in the YAML head is what the curator wrote: no tag, alias, type or key comes of it."""
    head, _ = head_and_body((hostile / "out/tiny-1.0.0/README.md").read_text(encoding="utf-8"))
    assert head["pretty_name"] == " ".join(" ".join(VALUES).split())
    assert head["tags"] == [*VALUES, "corpuskit"]
    assert list(head) == [
        "pretty_name", "license", "license_name", "license_link", "language", "multilinguality", "size_categories",
        "tags", "configs", "dataset_info",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["README.md", "NOTICE.md", "LICENSE"])
def test_documents_hold_no_control_characters(hostile: Path, name: str) -> None:
    """Whoever prints a document of a release on a terminal sees characters and nothing else."""
    assert acting((hostile / "out/tiny-1.0.0" / name).read_bytes().decode()) == set()


def test_license_is_one_line_a_source(hostile: Path) -> None:
    """A source's name cannot add lines to LICENSE that would read as terms."""
    lines = (hostile / "out/tiny-1.0.0/LICENSE").read_text(encoding="utf-8").splitlines()
    sources = lines[next(n for n, line in enumerate(lines) if line.startswith("stated in its column")) + 2 :]
    assert len(sources) == len(VALUES)


URLS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
    "https://baik.invalid/\u202egpj.exe", "https://baik.invalid/\u2028", "https://baik.invalid/(a)", "https:x",
]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_urls_of_a_source_cannot_act(tmp_path: Path, url: str) -> None:
    """A homepage or licence URL is refused, shown as text, or a plain http link: never another scheme."""
    (tmp_path / "a.jsonl").write_text('{"text": "isi"}')
    (tmp_path / "corpus.toml").write_text(
        '[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
        f"homepage = {quoted(url)}\n"
        '[[source]]\nname = "satu"\nfiles = ["a.jsonl"]\nlicense = "LicenseRef-x"\nlanguage = "id"\n'
        f"homepage = {quoted(url)}\nlicense_url = {quoted(url)}\n",
        encoding="utf-8",
    )
    try:
        release = corpuskit.build(tmp_path / "corpus.toml", tmp_path / "out")
    except corpuskit.SpecError:
        assert not (tmp_path / "out").exists()
        return
    for name in ("README.md", "NOTICE.md"):
        text = (release.path / name).read_bytes().decode()
        page = rendered(head_and_body(text)[1] if name == "README.md" else text)
        targets = {a["href"] or "" for tag, a in page.found if tag == "a"} - {
            "https://spdx.org/licenses/CC0-1.0.html"
        }
        assert all(re.match(r"https?://\S+$", target) for target in targets)
        assert acting(text) == set()


# --- schemas ---


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[str]]]:
    """The URL of a server on loopback, and the requests that reached it."""
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "integer"}')

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", hits
        server.shutdown()


def write_schema(root: Path, schema: Any) -> Path:
    """A corpus with a schema of its own in a folder of its own, beside files that it must not reach."""
    (root / "schemas").mkdir(parents=True)
    (root / "schemas/s.json").write_text(schema if isinstance(schema, str) else json.dumps(schema))
    (root / "schemas/near.json").write_text('{"type": "string", "maxLength": 3}')
    (root / "outside.json").write_text('{"type": "string"}')
    (root / "schemas/link.json").symlink_to("../outside.json")
    (root / "a.jsonl").write_text(
        '{"id": "1", "text": "isi", "x": "abc"}\n{"id": "2", "text": "lain", "x": "abcd"}\n'
    )
    (root / "corpus.toml").write_text(
        '[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n[schema]\narticle = "schemas/s.json"\n'
        '[[source]]\nname = "satu"\nfiles = ["a.jsonl"]\nlicense = "CC0-1.0"\nlanguage = "id"\nmax_loss = 1\n'
    )
    return root / "corpus.toml"


def article_schema(x: Any, **more: Any) -> dict[str, Any]:
    """An article schema with the property `x`."""
    return {
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"type": "string"}, "x": x},
        **more,
    }


REFERENCES = {
    "http": {"$ref": "CANARY/a.json"},
    "http with a fragment": {"$ref": "CANARY/a.json#/x"},
    "dynamic": {"$dynamicRef": "CANARY/a.json"},
    "an id of its own": {"$id": "CANARY/folder/", "$ref": "near.json"},
    "without a scheme": {"$ref": "//127.0.0.1/a.json"},
    "inside an alternative": {"anyOf": [{"type": "null"}, {"not": {"$ref": "CANARY/a.json"}}]},
    "a file URL": {"$ref": "file:///etc/passwd"},
    "an absolute path": {"$ref": "/etc/passwd"},
    "a folder up": {"$ref": "../outside.json"},
    "a folder up, encoded": {"$ref": "%2e%2e/outside.json"},
    "a slash, encoded": {"$ref": "..%2foutside.json"},
    "a folder up below an id": {"$id": "http://corpuskit.invalid/schema/sub/", "$ref": "../../outside.json"},
    "a link out of the folder": {"$ref": "link.json"},
    "a file that is not there": {"$ref": "nothing.json"},
    "the folder": {"$ref": "."},
}


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=list(REFERENCES))
def test_a_reference_out_of_the_folder_is_refused(
    tmp_path: Path, canary: tuple[str, list[str]], reference: Any
) -> None:
    """A schema that refers to anything outside its folder is refused by name; nothing is fetched or read."""
    url, hits = canary
    schema = json.loads(json.dumps(article_schema(reference)).replace("CANARY", url))
    spec = write_schema(tmp_path, schema)
    before = len(hits)
    with pytest.raises(corpuskit.SchemaError):
        corpuskit.validate(tmp_path / "a.jsonl", tmp_path / "schemas/s.json")
    with pytest.raises(corpuskit.SchemaError):
        corpuskit.build(spec, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert len(hits) == before


def test_the_canary_sings(canary: tuple[str, list[str]]) -> None:
    """The server of these tests notices a request: that it was not reached means something."""
    url, hits = canary
    with urllib.request.urlopen(url + "/self") as answer:
        assert answer.status == 200
    assert "/self" in hits


META = {
    "a metaschema": {"$schema": "CANARY/meta"},
    "a metaschema inside": {"$defs": {"a": {"$schema": "CANARY/meta", "type": "string"}}},
    "a vocabulary": {"$vocabulary": {"CANARY/vocabulary": True}},
    "an id": {"$id": "CANARY/s.json"},
    "words": {"$comment": "CANARY/a", "examples": [{"$ref": "CANARY/a"}], "default": {"$ref": "CANARY/a"}},
}


@pytest.mark.parametrize("more", META.values(), ids=list(META))
def test_nothing_is_fetched_for_a_schema(tmp_path: Path, canary: tuple[str, list[str]], more: Any) -> None:
    """Metaschemas, vocabularies, ids and examples that name a server are not looked up there."""
    url, hits = canary
    schema = json.loads(json.dumps(article_schema({"$ref": "near.json"}, **more)).replace("CANARY", url))
    spec = write_schema(tmp_path, schema)
    before = len(hits)
    try:
        release = corpuskit.build(spec, tmp_path / "out")
    except corpuskit.SchemaError:
        assert "$schema" in more
    else:
        assert release.accounts["rejected"] == 1
        assert corpuskit.verify(release.path) == []
    assert len(hits) == before


DEEP = '{"type": "object", "properties": {"text": {"type": "string"}, "x": %s}}'
TWO = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}
BOUNDED: dict[str, Any] = {
    "a loop": article_schema({"$ref": "#"}),
    "a loop of two": article_schema({"$ref": "#/$defs/a"}, **TWO),
    "a loop through its own file": article_schema({"$ref": "s.json"}),
    "a loop of items": article_schema({"type": "array", "items": {"$ref": "#/properties/x"}}),
    "a dynamic loop": article_schema({"$dynamicRef": "#x"}, **{"$dynamicAnchor": "x"}),
    "nothing but a loop": {"$ref": "#"},
    "a pattern that explodes": article_schema({"type": "string", "pattern": "^(a+)+$"}),
    "a pattern with a look-ahead": article_schema({"type": "string", "pattern": r"^(?=(a+)+$)(a|aa)+\1?$"}),
    "a pattern that is too big": article_schema({"type": "string", "pattern": "((a{99}){99}){99}"}),
    "a pattern that is none": article_schema({"type": "string", "pattern": "(a"}),
    "patterns for names": article_schema({"patternProperties": {"^(a+)+$": {"type": "integer"}}}),
    "very deep": DEEP % ('{"not": ' * 3000 + "{}" + "}" * 3000),
    "deep brackets": "[" * 100_000,
    "many alternatives": article_schema({"anyOf": [{"const": n} for n in range(3000)]}),
    "a huge bound": article_schema({"type": "string", "minLength": 10**30}),
    "no schema": article_schema(5),
    "not JSON": "{",
}  # fmt: skip


# Runs in a process of its own: what hangs in there is ended by an alarm, and the last name printed tells which.
PROBE = """
import json, pathlib, signal, sys
import corpuskit
for name, schema in json.loads(pathlib.Path("cases.json").read_text()).items():
    print(name, flush=True)
    signal.alarm(15)
    pathlib.Path("schemas/s.json").write_text(schema)
    for call in (lambda: corpuskit.validate("a.jsonl", "schemas/s.json"),
                 lambda: corpuskit.build("corpus.toml", "out", replace=True)):
        try:
            call()
        except corpuskit.SchemaError as error:
            assert "s.json" in str(error), error
"""


def test_a_schema_cannot_stop_the_machine(tmp_path: Path) -> None:
    """Loops, exploding patterns and monsters end in a verdict or a refusal, within seconds, without a crash."""
    write_schema(tmp_path, {})
    bad = json.dumps({"id": "3", "text": "b", "x": "a" * 40 + "!", "a" * 40 + "!": 1})
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "text": "a" * 40}) + "\n" + bad + "\n")
    cases = {
        name: schema if isinstance(schema, str) else json.dumps(schema) for name, schema in BOUNDED.items()
    }
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    done = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1]}: {done.stderr}"
    assert done.stdout.splitlines() == list(BOUNDED)
    assert "panicked" not in done.stderr


def test_property_names_are_inert(tmp_path: Path) -> None:
    """Columns may have any name: YAML, Markdown and the terminal hold it as words, and the release verifies."""
    names = [value for value in VALUES if len(value) < 200]
    properties = {name: {"type": "string", "description": name} for name in names}
    spec = write_schema(tmp_path, article_schema({"type": "string"}))
    schema = article_schema({"type": "string"})
    schema["properties"] |= properties
    (tmp_path / "schemas/s.json").write_text(json.dumps(schema))
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "isi", **{name: name for name in names}}))
    release = corpuskit.build(spec, tmp_path / "out")
    assert corpuskit.verify(release.path) == []
    row = pq.read_table(release.path / "data").to_pylist()[0]
    assert {name: row[name] for name in names} == {name: name for name in names}
    head, body = head_and_body((release.path / "README.md").read_text(encoding="utf-8"))
    assert [f["name"] for f in head["dataset_info"]["features"]][4:-3] == names
    assert {tag for tag, _ in rendered(body).found} <= {
        "h1", "h2", "h3", "p", "ul", "li", "code", "pre", "a", "strong", "table", "thead", "tbody", "tr", "th", "td",
        "img",
    }  # fmt: skip
    done = run("build", "--out", "out", "--replace", cwd=tmp_path)
    assert (done.returncode, acting(done.stdout)) == (0, set())


# --- bombs ---

BOMBS: dict[str, dict[str, bytes]] = {
    "text": {
        "spaces.txt": b"Judul\n\nIsi.\n" + b" " * 400_000 + b"\n\nIsi.\n", "tabs.txt": b"\t" * 400_000,
        "blank.txt": b"Judul\n" + b"\n \t" * 200_000 + b"Isi.", "cr.txt": b"Judul\n\n" + b"\r" * 200_000 + b"Isi.",
        "stamps.txt": b"Judul\n\n" + b"2017-12-19 " * 50_000 + b"\n\nIsi.", "digits.txt": b"1-1/" * 100_000,
        "menu.txt": b"Judul\n\nIsi.\n\n" + b"Menu\n" * 100_000, "marks.txt": b"Judul\n\nIsi\n" + b")]" * 200_000,
        "nul.txt": b"\0" * 500_000, "colons.txt": b"Judul\n\nIsi.\n\n" + b"a:" * 200_000 + b"\nb\nc\n",
    },
    "json": {
        "deep.jsonl": b'{"text": "a", "n": ' + b"[" * 300_000 + b"]" * 300_000 + b"}",
        "objects.jsonl": b'{"text": "a", "n": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        "keys.jsonl": json.dumps({"text": "kunci", **{f"k{n}": n for n in range(50_000)}}).encode(),
        "twice.jsonl": b"{" + b'"a": 1, ' * 100_000 + b'"text": "x"}',
        "quotes.jsonl": json.dumps({"text": "kutip", "x": '":' * 200_000}).encode(),
        "digits.jsonl": b'{"text": "a", "n": ' + b"9" * 1_000_000 + b"}",
        "fraction.jsonl": b'{"text": "pecahan", "n": 0.' + b"9" * 500_000 + b"}",
        "escapes.jsonl": b'{"text": "' + b"\\" * 500_001 + b'"}', "braces.jsonl": b"{" * 500_000,
        "blank.jsonl": b" " * 2_000_000 + b"x", "lines.jsonl": b"\n" * 1_000_000,
        "strings.json": b"[" + b'"a",' * 5_000 + b"1]",
    },
    "values": {
        "a.jsonl": b"\n".join(
            json.dumps({"text": f"nilai {n}", **fields}).encode()
            for n, fields in enumerate([
                {"license": "(" * 20_000 + "MIT" + ")" * 20_000}, {"license": " OR ".join(["MIT"] * 20_000)},
                {"license": "MIT AND (" * 2_000 + "MIT" + ")" * 2_000}, {"language": "-".join(["a1"] * 100_000)},
                {"language": "x-" + "a" * 300_000}, {"url": "https://" + "a." * 200_000},
                {"published": "1" * 300_000}, {"published": "2017-12-19 " * 30_000},
                {"published": "2017-12-19T13:16:05." + "1" * 300_000 + "Z"}, {"authors": ["a"] * 100_000},
                {"title": "t" * 2_000_000}, {"id": "i" * 1_000_000},
            ])
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize("files", BOMBS.values(), ids=list(BOMBS))
def test_bombs_cost_seconds_and_one_record_each(tmp_path: Path, files: dict[str, bytes]) -> None:
    """Records made to be slow are kept or rejected within seconds, and the harmless one beside them is kept."""
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "z.jsonl").write_text('{"id": "baik", "text": "artikel yang baik"}\n')
    (tmp_path / "corpus.toml").write_text(
        '[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
        '[[source]]\nname = "satu"\nfiles = ["*.txt", "*.json*"]\nlicense = "CC0-1.0"\nlanguage = "id"\nmax_loss = 1\n'
    )
    done = run("build", "--out", "out", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["accounts"]["in"] >= len(files)
    assert "baik" in pq.read_table(tmp_path / "out/tiny-1.0.0/data")["id"].to_pylist()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Eighty million blanks in a few kilobytes."""
    return gzip.compress(b" " * 80_000_000, 9)


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".txt.gz", ".json.gz"])
def test_a_decompression_bomb_is_refused(tmp_path: Path, bomb: bytes, suffix: str) -> None:
    """A file that unpacks to more than `ratio` times its size is named, with exit code 3, and nothing released."""
    (tmp_path / f"bom{suffix}").write_bytes(bomb)
    spec = corpus_of(tmp_path, f"bom{suffix}")
    spec.write_text(spec.read_text() + '[limits]\nratio = 100\nline_bytes = "512MiB"\n')
    with pytest.raises(corpuskit.DamagedInput, match="100 times its size") as refused:
        corpuskit.build(spec, tmp_path / "out")
    assert refused.value.exit_code == 3


# --- paths ---

NAMES = [
    "-rf.txt", "--help.txt", "~.txt", "~root.txt", "a[1].txt", "a*.txt", "a?b.txt", "baris\nbaru.txt",
    "[red]x[b.txt", "\x1b[31mmerah.txt", "<script>.txt", "$(id).txt", "`id`.txt", "a b.txt", " .txt", "\u202egpj.txt",
    "e\u0301.txt",
    "\u00e9.txt", "A.txt", "a.txt", "a.b.txt", "nul\x01.txt", "\\.txt", "C:\\x.txt", "%2e%2e.txt", "'\".txt", "#.txt",
    "x" * 240 + ".txt",
]  # fmt: skip


def corpus_of(root: Path, pattern: str, *more: str) -> Path:
    """A corpus.toml over the files of one or several patterns."""
    root.mkdir(exist_ok=True)
    (root / "corpus.toml").write_text(
        '[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
        f'[[source]]\nname = "satu"\nfiles = {quoted([pattern, *more])}\nlicense = "CC0-1.0"\nlanguage = "id"\n',
        encoding="utf-8",
    )
    return root / "corpus.toml"


def ledger_files(release: corpuskit.Release) -> list[str]:
    """The files of the ledger, in its order."""
    return [str(name) for name in pq.read_table(release.audit / "ledger.parquet")["file"].to_pylist()]


def test_any_file_name_is_a_name(tmp_path: Path) -> None:
    """Files of any UTF-8 name are each read once, named exactly in ledger and ids, and shown inertly."""
    (tmp_path / "raw").mkdir()
    for number, name in enumerate(NAMES):
        (tmp_path / "raw" / name).write_text(f"Judul\n\nIsi {number}.\n")
    corpus_of(tmp_path, "raw/*.txt")
    done = run("build", "--out", "out", cwd=tmp_path)
    assert (done.returncode, acting(done.stdout + done.stderr)) == (0, set()), done.stderr
    found = pq.read_table(tmp_path / "out/tiny-1.0.0.audit/ledger.parquet").to_pylist()
    assert [row["file"] for row in found] == sorted(f"raw/{name}" for name in NAMES)
    assert {row["id"] for row in found} == {name.removesuffix(".txt") for name in NAMES}
    assert {row["fate"] for row in found} == {"kept"}
    assert corpuskit.verify(tmp_path / "out/tiny-1.0.0") == []
    validated = run("validate", "corpus.toml", cwd=tmp_path)
    assert (validated.returncode, acting(validated.stdout + validated.stderr)) == (0, set())


def test_a_name_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    """A file name that no UTF-8 text can hold is exit 3 with the name in escapes, and nothing is released."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/a.txt").write_text("Judul\n\nIsi.\n")
    Path(os.fsdecode(os.fsencode(tmp_path / "raw") + b"/caf\xe9.txt")).write_text("Judul\n\nIsi dua.\n")
    corpus_of(tmp_path, "raw/*.txt")
    done = run("build", "--out", "out", cwd=tmp_path)
    assert (done.returncode, "raw/caf\\xe9.txt" in done.stderr, done.stdout) == (3, True, "")
    assert not list((tmp_path / "out").glob("tiny*"))


@pytest.mark.parametrize("target", ["../rahasia.txt", "/etc/hostname"])
@pytest.mark.parametrize("pattern", ["raw/*.txt", "raw/**/*.txt", "raw/luar.txt", "raw/[l]uar.txt"])
def test_a_link_out_of_the_root_is_refused(tmp_path: Path, target: str, pattern: str) -> None:
    """A symlink that leaves the fixed part of its glob is exit 2, naming link and target."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "rahasia.txt").write_text("Rahasia\n\nIsi.\n")
    (tmp_path / "raw/luar.txt").symlink_to(target)
    with pytest.raises(corpuskit.SpecError) as refused:
        corpuskit.build(corpus_of(tmp_path, pattern), tmp_path / "out")
    assert refused.value.exit_code == 2
    assert "raw/luar.txt" in str(refused.value)
    assert Path(target).name in str(refused.value)


def test_a_linked_folder_out_of_the_root_is_refused(tmp_path: Path) -> None:
    """A symlink to a folder outside is as little followed as one to a file."""
    (tmp_path / "lain").mkdir()
    (tmp_path / "lain/rahasia.txt").write_text("Rahasia\n\nIsi.\n")
    (tmp_path / "kerja/raw").mkdir(parents=True)
    (tmp_path / "kerja/raw/luar").symlink_to("../../lain")
    for pattern in ("raw/**/*.txt", "raw/*/*.txt"):
        with pytest.raises(corpuskit.SpecError, match="rahasia"):
            corpuskit.build(corpus_of(tmp_path / "kerja", pattern), tmp_path / "out")


def test_a_dangling_link_is_refused(tmp_path: Path) -> None:
    """A symlink to nothing is exit 2 with its name: a missing file is no empty one."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/a.txt").write_text("Judul\n\nIsi.\n")
    (tmp_path / "raw/b.txt").symlink_to("hilang.txt")
    (tmp_path / "raw/c.txt").symlink_to("c.txt")
    with pytest.raises(corpuskit.SpecError, match=r"raw/[bc]\.txt"):
        corpuskit.build(corpus_of(tmp_path, "raw/*.txt"), tmp_path / "out")


def test_each_file_is_counted_once(tmp_path: Path) -> None:
    """Hard links, symlinks, overlapping globs and loops give one file one record, under its own name."""
    raw = tmp_path / "raw"
    (raw / "sub").mkdir(parents=True)
    (raw / "m.txt").write_text("Judul\n\nIsi satu.\n")
    (raw / "sub/n.txt").write_text("Judul\n\nIsi dua.\n")
    os.link(raw / "m.txt", raw / "z.txt")
    (raw / "a.txt").symlink_to("m.txt")
    (raw / "b.txt").symlink_to("sub/n.txt")
    (raw / "loop").symlink_to(".")
    (raw / "sub/up").symlink_to("..")
    spec = corpus_of(tmp_path, "raw/**/*.txt", "raw/*.txt", "./raw/../raw/m.txt", "raw/sub/*.txt")
    release = corpuskit.build(spec, tmp_path / "out")
    assert ledger_files(release) == ["raw/m.txt", "raw/sub/n.txt"]
    assert release.accounts == {"in": 2, "kept": 2, "rejected": 0, "duplicate": 0, "removed": 0}


def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    """A named pipe and a folder among the inputs are no files, and nothing waits for them."""
    (tmp_path / "raw/folder.txt").mkdir(parents=True)
    (tmp_path / "raw/a.txt").write_text("Judul\n\nIsi.\n")
    os.mkfifo(tmp_path / "raw/pipe.txt")
    corpus_of(tmp_path, "raw/*")
    done = run("build", "--out", "out", "--format", "json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["accounts"]["in"]) == (0, 1)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("corpus", 'name = "../luar"'), ("corpus", 'name = "/luar"'), ("corpus", 'name = "a/b"'),
        ("corpus", 'name = ".luar"'), ("corpus", 'version = "1.0.0/../../luar"'), ("corpus", 'version = "../1"'),
        ("source", 'split = "../luar"'), ("source", 'split = "a/b"'), ("splits", 'shares = { "../luar" = 1.0 }'),
    ],
)  # fmt: skip
def test_no_name_leads_out_of_the_release(tmp_path: Path, table: str, line: str) -> None:
    """Names that become paths are refused where they could lead anywhere else; nothing is written."""
    tables = {
        "corpus": ['name = "tiny"', 'version = "1.0.0"', 'license = "CC0-1.0"'],
        "source": ['name = "satu"', 'files = ["a.jsonl"]', 'license = "CC0-1.0"'], "splits": [],
    }  # fmt: skip
    key = line.partition(" ")[0]
    tables[table] = [other for other in tables[table] if other.partition(" ")[0] != key] + [line]
    heads = {"corpus": "[corpus]", "source": "[[source]]", "splits": "[splits]"}
    (tmp_path / "kerja").mkdir()
    (tmp_path / "kerja/corpus.toml").write_text(
        "\n".join("\n".join([heads[name], *lines]) for name, lines in tables.items() if lines)
    )
    (tmp_path / "kerja/a.jsonl").write_text('{"text": "isi"}\n')
    with pytest.raises(corpuskit.SpecError):
        corpuskit.build(tmp_path / "kerja/corpus.toml", tmp_path / "kerja/out")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.jsonl", "corpus.toml", "kerja"]


def test_a_records_split_cannot_lead_out(tmp_path: Path) -> None:
    """A split that a record names and that is no name rejects the record; the others keep theirs."""
    splits = ["../../luar", "a/b", "", "a b", "train\n", "/etc", "..", "uji_2"]
    lines = [json.dumps({"id": str(n), "text": f"isi {n}", "bagian": s}) for n, s in enumerate(splits)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    spec = corpus_of(tmp_path, "a.jsonl")
    spec.write_text(spec.read_text() + 'max_loss = 1\n[splits]\nfield = "bagian"\n')
    release = corpuskit.build(spec, tmp_path / "out")
    assert {name: rows for name, rows in release.splits.items() if rows} == {"uji_2": 1}
    assert [p.name for p in (release.path / "data").iterdir()] == ["uji_2-00000-of-00001.parquet"]
    assert release.accounts["rejected"] == 7
