"""`corpuskit publish` to a real hub: one commit, one tag, only what changed, and refusals that change nothing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import REPOSITORY
from faulty_hub import FaultyHub
from hub_integrity import faults, history
from publish_client import articles, client, head, ids, loaded, objects, publish, release, tree
from referencing import Registry, Resource

import corpuskit
from corpuskit.card.obsolete import without_keys
from corpuskit.errors import SpecError
from corpuskit.hub.publishing.credentials import SECRETS, secret_findings
from corpuskit.hub.publishing.plan import FileChange, load_plan
from corpuskit.hub.publishing.rows import row_findings
from corpuskit.hub.publishing.sizes import Sizes, size_findings
from corpuskit.hub.publishing.targets import address_of
from corpuskit.resources import read_json
from corpuskit.testing import LocalHub


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with LocalHub() as started:
        yield started


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1.0.0 of a hundred articles."""
    return release(tmp_path_factory.mktemp("first"), "1.0.0", articles(0, 100))


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1.1.0: three articles less, one more."""
    return release(tmp_path_factory.mktemp("second"), "1.1.0", articles(3, 101))


def by_action(plan: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in plan["files"]:
        found.setdefault(row["action"], []).append(row["path"])
    return found


def test_a_release_and_the_next_one(hub: LocalHub, first: Path, second: Path, tmp_path: Path) -> None:
    """Each is one commit and a tag that unmodified clients load; publishing again does nothing; 1.0 stays as it was."""
    folder = hub.folder / "datasets" / "lab" / "next"
    plan = tmp_path / "plan.json"
    done = publish(hub, first, "hf://lab/next", "--plan-out", plan)
    assert (done.code, json.loads(plan.read_bytes())["files"]) == (0, done.json["plan"]["files"])
    assert loaded(hub, "lab/next", "v1.0.0") == ids(first)
    before = objects(hub, "lab/next")
    planned = publish(hub, second, "hf://datasets/lab/next", "--dry-run").json["plan"]
    assert len(history(folder)) == 2
    done = publish(hub, second, "hf://lab/next")
    assert (done.code, done.json["ok"]) == (0, True)
    assert done.json["plan"] == planned
    assert done.json["revision"] == head(hub, "lab/next")
    assert len(history(folder)) == 3
    arrived = {sha256: size for sha256, size in objects(hub, "lab/next").items() if sha256 not in before}
    assert sum(arrived.values()) == planned["travels"]
    assert loaded(hub, "lab/next") == loaded(hub, "lab/next", "v1.1.0") == ids(second)
    assert loaded(hub, "lab/next", "v1.0.0") == ids(first)
    again = publish(hub, second, "hf://lab/next")
    assert again.code == 0
    assert by_action(again.json["plan"]).keys() == {"keep"}
    assert len(history(folder)) == 3
    assert faults(hub.folder) == []


THEIRS = """
import sys
from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download
repo, release = sys.argv[1:]
api = HfApi()
card = open(hf_hub_download(repo, "README.md", repo_type="dataset")).read()
card = card.replace("pretty_name:", "paperswithcode_id: none\\npretty_name:", 1) + "\\nWords of somebody else.\\n"
files = {"README.md": card.encode(), "notes.txt": b"kept", "data/train-00009.parquet": b"PAR1 stale",
         "data/elsewhere.parquet": open(release + "/data/train-00000-of-00001.parquet", "rb").read()}
api.create_commit(repo, [CommitOperationAdd(*each) for each in files.items()], commit_message="theirs",
                  repo_type="dataset")
"""


def test_what_others_put_there(hub: LocalHub, first: Path, second: Path, tmp_path: Path) -> None:
    """Their files, YAML keys and words stay; what loaders would take for rows goes; a file that is there is renamed."""
    assert publish(hub, first, "hf://lab/theirs").code == 0
    client(hub, THEIRS, "lab/theirs", str(second))
    plan = publish(hub, second, "hf://lab/theirs", "--dry-run").json["plan"]
    kinds = by_action(plan)
    assert "data/train-00009.parquet" in kinds["delete"]
    train = next(row for row in plan["files"] if row["path"] == "data/train-00000-of-00001.parquet")
    assert (train["action"], train["travels"]) == ("change", 0), (
        "the hub has these bytes, if under another name"
    )
    assert [row["path"] for row in plan["files"] if row["foreign"]] == ["notes.txt"]
    assert {row["key"] for row in plan["keys"]} == {"dataset_info"}
    assert publish(hub, second, "hf://lab/theirs").code == 0
    found = tree(hub, "lab/theirs")
    assert {name for name in found if name.startswith("data/")} == {
        path.relative_to(second).as_posix() for path in second.glob("data/*")
    }
    card = client(hub, READ, "lab/theirs", "README.md")
    assert "paperswithcode_id: none" in card
    assert "Words of somebody else." in card
    assert loaded(hub, "lab/theirs") == ids(second)
    copy = tmp_path / "copy"
    client(hub, DOWNLOAD, "lab/theirs", str(copy))
    found = corpuskit.verify(copy)
    assert {f.kind for f in found if f.severity != "info"} == set()
    assert {"notes.txt", "README.md"} <= {f.file for f in found if f.kind == "foreign-file"}


def test_keys_of_an_earlier_release_go(hub: LocalHub, tmp_path: Path) -> None:
    """What an earlier release said in the card's YAML, and this one does not say, is no claim of it any more."""
    first = release(tmp_path, "1.0.0", articles(0, 20), license_="LicenseRef-Old-terms")
    second = release(tmp_path, "1.1.0", articles(0, 20))
    assert publish(hub, first, "hf://lab/keys").code == 0
    assert "license_name: licenseref-old-terms" in client(hub, READ, "lab/keys", "README.md")
    done = publish(hub, second, "hf://lab/keys")
    gone = {row["key"] for row in done.json["plan"]["keys"] if row["action"] == "delete"}
    assert (done.code, gone) == (0, {"license_name", "license_link"})
    assert client(hub, READ, "lab/keys", "README.md") == (second / "README.md").read_text()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_keys_are_taken_out_by_lines(end: str) -> None:
    """What is not meant stays, to the byte; a head that is none is left alone."""
    card = end.join(["---", "a: 1 # one", "b:", "- x", "", "# two", "c: {d: e}", "---", "b: not this", ""])
    assert without_keys(card, {"b", "none"}) == card.replace(end.join(["b:", "- x", "", "# two", ""]), "", 1)
    assert without_keys(card, {"c"}) == card.replace(f"c: {{d: e}}{end}", "", 1)
    for odd in (card, "no head", "---\n{b: 1}\n---\n", "---\nb: [\n---\n", "---\nb: 1\n"):
        assert without_keys(odd, set() if odd == card else {"b"}) == odd


DOWNLOAD = """
import sys
from huggingface_hub import snapshot_download
snapshot_download(sys.argv[1], repo_type="dataset", local_dir=sys.argv[2])
"""

READ = """
import json, sys
from huggingface_hub import hf_hub_download
print(json.dumps(open(hf_hub_download(sys.argv[1], sys.argv[2], repo_type="dataset")).read()))
"""

UPLOAD = """
import sys
from huggingface_hub import HfApi
HfApi().create_repo(sys.argv[1], repo_type="dataset", exist_ok=True)
HfApi().upload_file(path_or_fileobj=sys.argv[2], path_in_repo=sys.argv[3], repo_id=sys.argv[1], repo_type="dataset")
"""


def test_a_file_of_another_name_is_renamed(hub: LocalHub, first: Path) -> None:
    """A large file that lies there under a name that goes is copied by the hub, and not sent."""
    name = "data/train-00000-of-00001.parquet"
    client(hub, UPLOAD, "lab/renamed", str(first / name), "data/old-name.parquet")
    done = publish(hub, first, "hf://lab/renamed")
    assert done.code == 0
    row = next(row for row in done.json["plan"]["files"] if row["path"] == name)
    assert (row["action"], row["origin"], row["travels"]) == ("rename", "data/old-name.parquet", 0)
    assert "data/old-name.parquet" not in tree(hub, "lab/renamed")
    assert loaded(hub, "lab/renamed") == ids(first)


def test_a_plan_is_executed_exactly_or_not_at_all(
    hub: LocalHub, first: Path, second: Path, tmp_path: Path
) -> None:
    """A plan file is what --dry-run showed; it is refused for another release, target or hub, and when it moved."""
    plan = tmp_path / "plan.json"
    assert publish(hub, first, "hf://lab/planned").code == 0
    made = publish(hub, second, "hf://lab/planned", "--dry-run", "--plan-out", plan)
    assert json.loads(plan.read_bytes()) == made.json["plan"]
    schemas = [read_json(f"{name}.schema.json") for name in ("plan", "findings")]
    registry = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in schemas)
    jsonschema.Draft202012Validator(schemas[0], registry=registry).validate(made.json["plan"])

    other = publish(hub, first, "--plan", plan)
    assert (other.code, [f["kind"] for f in other.json["findings"] if f["severity"] == "error"]) == (
        1,
        ["stale-plan"],
    )
    assert publish(hub, second, "hf://lab/elsewhere", "--plan", plan).code == 2
    with LocalHub() as another:
        assert publish(another, second, "--plan", plan).code == 2
    (tmp_path / "note.txt").write_text("x")
    client(hub, UPLOAD, "lab/planned", str(tmp_path / "note.txt"), "note.txt")
    moved = publish(hub, second, "--plan", plan)
    assert moved.code == 1
    assert "the target moved" in moved.said
    assert "v1.1.0" not in {p.name for p in (hub.folder / "datasets/lab/planned/refs/tags").iterdir()}

    made = publish(hub, second, "hf://lab/planned", "--dry-run", "--plan-out", plan)
    assert publish(hub, second, "--plan", plan).json["plan"]["files"] == made.json["plan"]["files"]
    done = publish(
        hub, second, "--plan", plan
    )  # as after an execution that was cut off before its end was heard
    assert (done.code, by_action(done.json["plan"]).keys()) == (0, {"keep"})


def test_a_repository_that_was_made_after_the_plan(hub: LocalHub, first: Path, tmp_path: Path) -> None:
    """A plan for nothing holds for a new repository with what its hub puts there, and for no other."""
    plan, attributes = tmp_path / "plan.json", tmp_path / "attributes"
    attributes.write_text("*.parquet filter=lfs\n")
    for name, file, code in (("fresh", ".gitattributes", 0), ("used", "README.md", 1)):
        assert publish(hub, first, f"hf://lab/{name}", "--dry-run", "--plan-out", plan).code == 0
        client(hub, UPLOAD, f"lab/{name}", str(attributes), file)
        before = head(hub, f"lab/{name}")
        assert publish(hub, first, "--plan", plan).code == code
        assert (head(hub, f"lab/{name}") == before) == bool(code)
    assert ".gitattributes" in tree(hub, "lab/fresh")


def test_rows_that_are_not_there() -> None:
    """Each split of each config is counted by the globs of the card, each file once; a difference is told."""
    card = (
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - {split: train, path: 'data/*/train-*.parquet'}\n"
        "- config_name: id\n  data_files:\n  - {split: train, path: data/id/train-*.parquet}\n"
        "- config_name: theirs\n  data_files: x.csv\n---\n"
    )
    paths = [
        "data/id/train-0.parquet",
        "data/en/train-0.parquet",
        "data/train-0.parquet",
        "a/data/id/train-0.parquet",
    ]
    asked: list[str] = []

    def count(path: str) -> int:
        asked.append(path)
        return 5

    stated = {"default": {"train": 10, "test": 0}, "id": {"train": 5}}
    assert list(row_findings(card, paths, count, stated)) == []
    assert sorted(asked) == ["data/en/train-0.parquet", "data/id/train-0.parquet"]
    wrong = row_findings(
        card, paths, count, {"default": {"train": 11}, "id": {"test": 1}, "none": {"train": 1}}
    )
    assert [f.message.partition(":")[0] for f in wrong] == [
        "config default, split train", "config id, split test", "config none, split train",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", "{", '{"plan_version": 1}', '{"plan_version": 2}'])
def test_what_is_no_plan(text: str) -> None:
    """A file that is no plan is told as such."""
    with pytest.raises(SpecError, match="is no plan"):
        load_plan(text.encode(), "plan.json")


def test_licences_that_nobody_stated(hub: LocalHub, tmp_path: Path) -> None:
    """LicenseRef-unknown is refused and nothing is made; with the override it is published, and said."""
    unknown = release(tmp_path, "1.0.0", articles(0, 10), license_="LicenseRef-unknown")
    refused = publish(hub, unknown, "hf://lab/unknown")
    assert (refused.code, refused.json["ok"], refused.json["revision"]) == (1, False, None)
    assert not (hub.folder / "datasets/lab/unknown").exists()
    done = publish(hub, unknown, "hf://lab/unknown", "--allow-unknown-license")
    assert done.code == 0
    assert {g["name"]: g["verdict"] for g in done.json["plan"]["gates"]}["licensing"] == "overridden"
    assert done.json["plan"]["options"]["allow_unknown_license"]


def test_a_release_that_is_not_whole(hub: LocalHub, tmp_path: Path) -> None:
    """What verify finds is found before anything is asked of the hub."""
    broken = release(tmp_path, "1.0.0", articles(0, 10))
    (broken / "NOTICE.md").write_text("another\n")
    done = publish(hub, broken, "hf://lab/broken")
    assert (done.code, done.json["plan"]["files"]) == (1, [])
    assert not (hub.folder / "datasets/lab/broken").exists()


def test_a_tag_is_never_moved(hub: LocalHub, first: Path, tmp_path: Path) -> None:
    """Another release of the same version is refused; it may be put on a branch, which has no tag."""
    assert publish(hub, first, "hf://lab/tagged").code == 0
    other = release(tmp_path, "1.0.0", articles(50, 150))
    refused = publish(hub, other, "hf://lab/tagged")
    assert refused.code == 1
    assert "taken-tag" in [f["kind"] for f in refused.json["findings"]]
    main = head(hub, "lab/tagged")
    draft = publish(hub, other, "hf://lab/tagged", "--branch", "draft")
    assert (draft.code, draft.json["plan"]["tag"]) == (0, None)
    assert loaded(hub, "lab/tagged", "draft") == ids(other)
    assert (head(hub, "lab/tagged"), head(hub, "lab/tagged", "draft")) == (main, draft.json["revision"])


def test_an_older_version_beside_a_newer_one(
    hub: LocalHub, first: Path, second: Path, tmp_path: Path
) -> None:
    """A release of repairs gets its tag on a branch and leaves main; main goes back only where that is asked for."""
    assert publish(hub, first, "hf://lab/older").code == publish(hub, second, "hf://lab/older").code == 0
    main = head(hub, "lab/older")
    repaired = release(tmp_path, "1.0.1", articles(1, 100))
    for options in ([], ["--dry-run"], ["--pull-request"]):
        refused = publish(hub, repaired, "hf://lab/older", *options)
        assert (refused.code, refused.json["revision"]) == (1, None)
        assert [f["kind"] for f in refused.json["findings"] if f["severity"] == "error"] == ["older-version"]
        assert head(hub, "lab/older") == main
    done = publish(hub, repaired, "hf://lab/older", "--branch", "1.0", "--tag")
    assert (done.code, done.json["plan"]["tag"], head(hub, "lab/older")) == (0, "v1.0.1", main)
    assert loaded(hub, "lab/older", "v1.0.1") == loaded(hub, "lab/older", "1.0") == ids(repaired)
    assert loaded(hub, "lab/older") == ids(second)
    again = publish(hub, repaired, "hf://lab/older", "--branch", "1.0", "--tag")
    assert (again.code, by_action(again.json["plan"]).keys()) == (0, {"keep"})

    done = publish(hub, repaired, "hf://lab/older", "--allow-older")
    gates = {gate["name"]: gate["verdict"] for gate in done.json["plan"]["gates"]}
    assert (done.code, gates["order"]) == (0, "overridden")
    assert loaded(hub, "lab/older") == ids(repaired)
    assert publish(hub, repaired, "hf://lab/older").code == 0, "what is there is not older than itself"
    assert publish(hub, second, "hf://lab/older").code == 0, "the tag v1.1.0 holds this very release"
    assert publish(hub, first, "hf://lab/older", "--pull-request", "--tag").code == 2


@pytest.mark.parametrize("branch", ["", "HEAD", "a b", "refs/pr/1", "v1.0.0", "v7.0.0-rc.1"])
def test_what_no_branch_is_called(first: Path, branch: str) -> None:
    """A name that is none, or that of a version's tag, is refused before anything is asked."""
    with pytest.raises(SpecError, match="cannot be the name of a branch"):
        corpuskit.publish(first, "hf://lab/named", branch=branch, dry_run=True)


def test_a_branch_hides_no_tag(hub: LocalHub, first: Path) -> None:
    """A branch is not called as a tag is, nor a tag as a branch, by the client or by the hub."""
    assert publish(hub, first, "hf://lab/hiding").code == 0
    code = """
import json
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
api, statuses = HfApi(), []
api.create_tag("lab/hiding", tag="final", repo_type="dataset")
for make, named in ((api.create_tag, {"tag": "main"}), (api.create_branch, {"branch": "final"})):
    try:
        make("lab/hiding", repo_type="dataset", **named)
    except HfHubHTTPError as error:
        statuses.append(error.response.status_code)
print(json.dumps(statuses))
"""
    assert client(hub, code) == [409, 409]
    refused = publish(hub, first, "hf://lab/hiding", "--branch", "final", "--dry-run")
    assert (refused.code, "a tag has this name" in refused.said) == (2, True)


def test_a_repository_of_another_corpus(hub: LocalHub, first: Path, tmp_path: Path) -> None:
    """Whose release would be replaced is told; a manifest that is nobody's says nothing."""
    assert publish(hub, first, "hf://lab/other").code == 0
    manifest = json.loads((first / "manifest.json").read_bytes())
    other = tmp_path / "manifest.json"
    for name, version, kinds in (
        ("lain", "2.0.0", ["other-corpus"]), ("tiny", "2.0.0", ["older-version"]), ("tiny", 2, []), ("tiny", "?", []),
    ):  # fmt: skip
        other.write_text(json.dumps({**manifest, "name": name, "version": version}))
        client(hub, UPLOAD, "lab/other", str(other), "manifest.json")
        gates = publish(hub, first, "hf://lab/other", "--dry-run").json["plan"]["gates"]
        found = next(gate["findings"] for gate in gates if gate["name"] == "order")
        assert [f["kind"] for f in found] == kinds


def test_what_corpus_toml_says_of_the_hub(hub: LocalHub, tmp_path: Path) -> None:
    """[hub] names repository and audience; what this hub does not do is said in a sentence."""
    path = release(tmp_path, "1.0.0", articles(0, 10), '[hub]\nrepo = "lab/named"\nprivate = true\n')
    done = publish(hub, path, "--message", "The first\n\nWith more words.")
    assert done.code == 0
    assert json.loads((hub.folder / "datasets/lab/named/repository.json").read_bytes())["private"]
    commit = head(hub, "lab/named")
    value = json.loads((hub.folder / f"datasets/lab/named/commits/{commit[:2]}/{commit}.json").read_bytes())
    assert (value["title"], value["message"]) == ("The first", "With more words.")
    gated = release(tmp_path, "1.0.1", articles(0, 10), '[hub]\nrepo = "lab/gated"\ngating = "manual"\n')
    refused = publish(hub, gated)
    assert refused.code == 3
    assert "has no gated repositories" in refused.said
    odd = release(tmp_path, "1.0.2", articles(0, 10), '[hub]\nrepo = "lab/gated"\ngating = 3\n')
    assert publish(hub, odd).code == 2
    asked = publish(hub, release(tmp_path, "1.0.3", articles(0, 20)), "hf://lab/named", "--pull-request")
    assert (asked.code, "no pull requests" in asked.said) == (3, True)
    for options in ([], ["--dry-run"]):
        asked = publish(hub, path, "hf://lab/nowhere", "--pull-request", *options)
        assert (asked.code, "no such repository" in asked.said) == (2, True)
    assert not (hub.folder / "datasets/lab/nowhere").exists()
    assert publish(hub, path, "--pull-request", "--private").code == 2


def test_private_stays_private(hub: LocalHub, first: Path, tmp_path: Path) -> None:
    """--private hides what was public, before anything is sent; `private = false` shows nothing by itself."""
    assert publish(hub, first, "hf://lab/hidden").code == 0
    assert publish(hub, first, "hf://lab/hidden", "--private").code == 0
    settings = hub.folder / "datasets/lab/hidden/repository.json"
    assert json.loads(settings.read_bytes())["private"]
    wide = release(tmp_path, "1.1.0", articles(0, 20), '[hub]\nrepo = "lab/hidden"\nprivate = false\n')
    done = publish(hub, wide)
    assert (done.code, "wider-audience" in [f["kind"] for f in done.json["findings"]]) == (0, True)
    assert json.loads(settings.read_bytes())["private"]


def test_tokens(hub: LocalHub, first: Path, tmp_path: Path) -> None:
    """A missing, wrong or reading token is told apart, with what to do; none is ever shown."""
    plan = tmp_path / "plan.json"
    wrong = "hf_" + "x" * 34
    for token, words in (("", "wants a token"), (wrong, "does not accept"), (hub.read_token, "does not let")):
        done = publish(hub, first, "hf://lab/tokens", HF_TOKEN=token)
        assert (done.code, words in done.said) == (3, True), done.said
        assert not token or token not in done.said
    dry = publish(hub, first, "hf://lab/tokens", "--dry-run", HF_TOKEN="")
    assert (dry.code, "absent-token" in {f["kind"] for f in dry.json["findings"]}) == (0, True)
    for token in (hub.token, hub.read_token):
        done = publish(hub, first, "hf://lab/tokens", "--dry-run", "--plan-out", plan, HF_TOKEN=token)
        assert done.code == 0
        assert token not in done.said + plan.read_text()
    assert not (hub.folder / "datasets/lab/tokens").exists()


def test_places_that_cannot_be_reached(hub: LocalHub, first: Path) -> None:
    """A hub that is not there, or forbidden, is a sentence and exit code 3."""
    offline = publish(hub, first, "hf://lab/x", HF_HUB_OFFLINE="1")
    assert (offline.code, "HF_HUB_OFFLINE is set" in offline.said) == (3, True)


def test_a_hub_that_answers_wrong_digests(first: Path) -> None:
    """Success is only what the hub's own list of files confirms; the token that an answer repeats is not shown."""
    with FaultyHub() as faulty:
        faulty.armed = {"call": 1, "fault": "lie"}
        lied = publish(faulty, first, "hf://lab/lied")
        assert (lied.code, lied.json["ok"]) == (1, False)
        assert lied.json["revision"] == head(faulty, "lab/lied")
        assert {f["kind"] for f in lied.json["findings"] if f["severity"] == "error"} == {"wrong-copy"}
        faulty.armed = {}
        assert publish(faulty, first, "hf://lab/lied").code == 0
        faulty.log, faulty.armed = [], {"call": 1, "fault": "echo"}
        echoed = publish(faulty, first, "hf://lab/lied")
        assert (echoed.code, "bad: Bearer ***" in echoed.said, faulty.token in echoed.said) == (
            3,
            True,
            False,
        )


def test_a_hub_that_says_less(first: Path, second: Path) -> None:
    """A hub whose 404 has no code, and whose ids of small files are not git's, is published to all the same."""
    with FaultyHub() as faulty:
        faulty.armed = {"call": 1, "fault": "curt"}
        assert publish(faulty, first, "hf://lab/curt", "--dry-run").code == 0
        for path in (first, second):
            done = publish(faulty, path, "hf://lab/curt")
            assert (done.code, done.json["ok"]) == (0, True), done.said
        assert publish(faulty, second, "hf://lab/curt", "--branch", "draft").code == 0
        faulty.armed = {}
        assert loaded(faulty, "lab/curt", "v1.0.0") == ids(first)
        assert loaded(faulty, "lab/curt") == ids(second)


def test_a_target_that_moves_at_the_last_moment(first: Path, second: Path) -> None:
    """The commit is refused where the branch is elsewhere by then, and nothing of it is to be seen."""
    with FaultyHub() as faulty:
        assert publish(faulty, first, "hf://lab/raced").code == 0
        folder = faulty.folder / "datasets/lab/raced"
        started = history(folder)[-1]

        def move(path: str) -> None:
            if "/commit/" in path:
                (folder / "refs/heads/main").write_text(started)

        faulty.before = move
        raced = publish(faulty, second, "hf://lab/raced")
        assert (raced.code, raced.json["ok"], raced.json["revision"]) == (1, False, None)
        assert "changed meanwhile" in raced.json["findings"][-1]["message"]
        assert head(faulty, "lab/raced") == started
        assert {p.name for p in (folder / "refs/tags").iterdir()} == {"v1.0.0"}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("hf://lab/x", "hf://lab/x"),
        ("hf://datasets/lab/x", "hf://lab/x"),
        ("hf://a/b.c-d_e", "hf://a/b.c-d_e"),
    ],
)
def test_targets(text: str, url: str) -> None:
    """A target is named in either way."""
    assert address_of(text).url == url


@pytest.mark.parametrize(
    "text",
    ["", "lab/x", "ftp://lab/x", "hf://", "hf://x", "hf://lab/x@v1", "hf://models/lab/x", "hf://lab/../x"],
)
def test_what_is_no_target(text: str) -> None:
    """What names none is told, with what would."""
    with pytest.raises(SpecError, match=r"hf://") as raised:
        address_of(text)
    assert raised.value.hint


# Made up, and put together here so that no file holds what looks like one.
EXAMPLES = {
    "an AWS access key id": "AKIA" + "Z" * 16,
    "an AWS secret key": "aws_secret_access_key = " + "a1/B" * 10,
    "a GitHub token": "ghp" + "_" + "a1" * 18,
    "a GitLab token": "glpat" + "-" + "a1" * 10,
    "a Hugging Face token": "hf" + "_" + "aB" * 17,
    "a token of a hub of one's own": "ckhub" + "_" + "a1" * 16,
    "a Google API key": "AI" + "za" + "a" * 35,
    "a Slack token": "xox" + "b-" + "1" * 12,
    "an npm token": "npm" + "_" + "a" * 36,
    "a PyPI token": "pypi-" + "AgE" + "a" * 60,
    "a payment key": "sk_" + "live_" + "a" * 24,
    "an API key": "sk" + "-" + "a" * 40,
    "a signed web token": "ey" + "J" + "a" * 12 + ".ey" + "J" + "b" * 12 + "." + "c" * 12,
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a URL with a password": "postgres://me:" + "secret" + "@db.example.org/x",
}


def test_every_kind_of_secret_is_found_and_not_shown() -> None:
    """Each kind of the table is told by its name and line, and never shown whole."""
    assert set(EXAMPLES) == {secret.name for secret in SECRETS}
    for name, text in EXAMPLES.items():
        found = list(secret_findings("README.md", f"first line\nthen {text} and on"))
        assert name in {each.message.partition(" (")[0] for each in found}, name
        assert all(text not in each.message and each.line == 2 for each in found)


def test_ordinary_words_are_no_secrets(first: Path) -> None:
    """Digests, links, licences and the whole manifest of a release are none."""
    for name in ("README.md", "NOTICE.md", "manifest.json"):
        assert list(secret_findings(name, (first / name).read_text())) == []
    assert list(secret_findings("x", "http://example.org:80/a@b mailto:a@b.c hf_hub sk-learn AKIA")) == []


def test_a_secret_in_a_description_is_not_published(hub: LocalHub, tmp_path: Path) -> None:
    """The gate finds it in card and manifest before anything is sent, and shows its beginning alone."""
    token = EXAMPLES["a GitHub token"]
    more = f'[card]\npersonal_data = "none, said {token}"\n'
    done = publish(hub, release(tmp_path, "1.0.0", articles(0, 10), more), "hf://lab/secret")
    assert done.code == 1
    files = {f["file"] for f in done.json["findings"] if f["kind"] == "leaked-secret"}
    assert {"README.md", "manifest.json"} <= files
    assert token not in done.said
    assert not (hub.folder / "datasets/lab/secret").exists()


def test_sizes() -> None:
    """Too many files, in all or in one folder, and too large ones, are told; those that go do not count."""
    sizes = Sizes(files=4, folder_files=2, file_bytes=100, advised_bytes=50)
    files = [FileChange("add", f"data/{n}", size) for n, size in enumerate((1, 60, 100))]
    found = [(f.severity, f.file) for f in size_findings([*files, FileChange("add", "x", 1)], sizes)]
    assert found == [("error", ""), ("error", "data"), ("warning", "data/1"), ("error", "data/2")]
    gone = [FileChange("delete", f.path, f.bytes) for f in files]
    assert list(size_findings([*gone, FileChange("keep", "x", 1)], sizes)) == []


def test_in_python(hub: LocalHub, first: Path) -> None:
    """`corpuskit.publish` gives the plan, or the publication, and raises what refuses."""
    code = """
import json, sys
import corpuskit
plan = corpuskit.publish(sys.argv[1], "hf://lab/python", dry_run=True)
assert isinstance(plan, corpuskit.Plan) and plan.ok and plan.travels > 0
done = corpuskit.publish(sys.argv[1], plan=plan)
assert isinstance(done, corpuskit.Publication) and done.plan.files == plan.files
print(json.dumps(done.revision))
"""
    assert client(hub, code, str(first)) == head(hub, "lab/python")
    assert issubclass(corpuskit.PublishRefused, corpuskit.CorpusError)


def test_the_shell_session_of_the_docs(hub: LocalHub, tmp_path: Path) -> None:
    """docs/publishing.md: what it says to type publishes releases called as there."""
    page = (REPOSITORY / "docs" / "publishing.md").read_text()
    (tmp_path / "release").mkdir()
    for version in ("1.0.0", "1.0.1"):
        made = release(tmp_path, version, articles(0, 10))
        made.rename(tmp_path / "release" / f"berita-{version}")
    session = "".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", session], cwd=tmp_path, env=hub.env() | {"PATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    plan, _, end = done.stdout.partition("tiny 1.0.0 is at hf://lab/berita, revision ")
    for line in (
        "tiny 1.0.0 to hf://lab/berita",
        "which is new",
        "without --dry-run",
        "add    ",
        "to be sent: ",
        "    add license",
        "gates:",
        "tag v1.0.0",
    ):
        assert line in plan
    assert end.startswith(head(hub, "lab/berita"))
    assert 'load_dataset("lab/berita", revision="v1.0.0")' in end
    assert f"revision {head(hub, 'lab/berita', '1.0')}, tag v1.0.1" in end
