"""The Hugging Face Hub, and hubs that speak its protocol, as targets: `hf://namespace/name`.

A release becomes one commit whose parent is the revision that the plan was made against: large files are sent first and
are nobody's until that commit names them. So readers see the revision before it or the one after.
"""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpuskit import layout, parquet
from corpuskit.digests import sha256
from corpuskit.errors import PublishRefused, SpecError
from corpuskit.findings import Finding, finding
from corpuskit.hub.publishing.branches import check_no_tag
from corpuskit.hub.publishing.calling import (
    attempts,
    failures,
    may_pass,
    patiently,
    status_of,
    telling,
    told,
    waits,
)
from corpuskit.hub.publishing.comparing import is_reached
from corpuskit.hub.publishing.plan import MAIN, Address, Cargo, Gating, Options, Plan, RemoteFile, State, Tell
from corpuskit.hub.publishing.rows import row_findings
from corpuskit.hub.publishing.versions import latest_in

_KIND: Any = {"repo_type": "dataset"}
_REPOSITORY = re.compile(r"(?:datasets/)?([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)")
# A hub's own rules of what to leave out must not apply to the files of a release.
_IGNORE_NOTHING = "# nothing of a release is left out\n"
_MAX_CARD, _MAX_MANIFEST = 8 * 2**20, 2**30
_BATCH, _FOOTER = 100, 2**16


def parse(place: str) -> Address:
    """The address of `namespace/name` or `datasets/namespace/name`, at the hub of HF_ENDPOINT."""
    match = _REPOSITORY.fullmatch(place)
    if match is None:
        hint = "Write hf://NAMESPACE/NAME; a revision is chosen with --branch."
        raise SpecError(f"'hf://{place}' names no dataset repository.", hint=hint)
    return Address("hf", match[1], _host())


def _host() -> str:
    """The hub in use, without a user or password."""
    from huggingface_hub import constants

    parts = urlsplit(constants.ENDPOINT)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def _api(target: Address) -> Any:
    from huggingface_hub import HfApi

    if target.host != _host():
        hint = f"Set HF_ENDPOINT={target.host}, or make a new plan."
        raise SpecError(f"the plan is for {target.host}; the hub in use is {_host()}.", hint=hint)
    return HfApi()


def state(target: Address, options: Options, manifest: Mapping[str, Any]) -> State:
    """What a repository holds on a branch, or on main where the branch is yet to be made."""
    from huggingface_hub import get_token

    api = _api(target)
    wanted = {each["sha256"]: each["bytes"] for each in manifest["files"]}

    info = patiently(target, lambda: _described(api, target, options.branch))
    if info is None and options.branch != MAIN:
        info = patiently(target, lambda: _described(api, target, MAIN))
    if info is None or info.sha is None:
        if options.pull_request:
            hint = "Leave --pull-request out: then the repository is made. Or look at the name and the token."
            raise SpecError("there is no such repository to make a pull request to.", target.url, None, hint)
        return State(has_token=get_token() is not None)
    files = patiently(target, lambda: _tree(api, target, info.sha))
    tags = patiently(target, lambda: _tags(api, target))
    check_no_tag(options.branch, tags)
    tagged = tags.get(f"v{manifest['version']}")
    listed = _fetched(api, target, info.sha, files, layout.MANIFEST, _MAX_MANIFEST)
    return State(
        revision=info.sha,
        files=files,
        card=_fetched(api, target, info.sha, files, layout.README, _MAX_CARD),
        manifest=listed,
        tagged=tagged,
        tagged_manifest=_manifest_at(api, target, tagged),
        private=bool(info.private),
        gating=_gating(info.gated),
        latest=latest_in(listed) if options.branch == MAIN else None,
        has_token=get_token() is not None,
        held=_held(target, files, wanted),
    )


def _described(api: Any, target: Address, branch: str) -> Any:
    """What a hub says of a repository at a branch; None where there is no such repository or branch."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    try:
        return api.dataset_info(target.place, revision=branch)
    except RepositoryNotFoundError:
        return None  # also where it is hidden, with 401
    except HfHubHTTPError as error:
        if status_of(error) == 404:  # not every hub says what it is that is not there
            return None
        raise


def _gating(gated: Any) -> Gating:
    return "auto" if gated == "auto" else "manual" if gated == "manual" else "off"


def _tree(api: Any, target: Address, revision: str) -> tuple[RemoteFile, ...]:
    entries = api.list_repo_tree(target.place, recursive=True, revision=revision, **_KIND)
    return tuple(_remote_file(entry) for entry in entries if hasattr(entry, "blob_id"))


def _remote_file(entry: Any) -> RemoteFile:
    digest = f"sha256:{entry.lfs.sha256}" if entry.lfs is not None else f"git:{entry.blob_id}"
    return RemoteFile(entry.path, entry.size, digest)


def _tags(api: Any, target: Address) -> dict[str, str]:
    return {ref.name: ref.target_commit for ref in api.list_repo_refs(target.place, **_KIND).tags}


def _manifest_at(api: Any, target: Address, revision: str | None) -> RemoteFile | None:
    if revision is None:
        return None
    found = patiently(
        target,
        lambda: api.get_paths_info(target.place, [layout.MANIFEST], revision=revision, **_KIND),
    )
    return _remote_file(found[0]) if found and hasattr(found[0], "blob_id") else None


def _fetched(
    api: Any, target: Address, revision: str, files: tuple[RemoteFile, ...], name: str, longest: int
) -> bytes | None:
    """The bytes of a small file; None where it is not there, or is far too large to be what its name says."""
    there = next((each for each in files if each.path == name), None)
    if there is None or there.bytes > longest:
        return None
    with tempfile.TemporaryDirectory(prefix="corpuskit-") as folder:
        path = patiently(
            target,
            lambda: api.hf_hub_download(
                target.place, name, revision=revision, local_dir=folder, force_download=True, **_KIND
            ),
        )
        return Path(path).read_bytes()


def _held(target: Address, files: tuple[RemoteFile, ...], wanted: Mapping[str, int]) -> frozenset[str]:
    """Which files the hub's storage has already, by an earlier commit or an interrupted publication.

    Asked as a client that is about to send them is told; changes nothing. With Xet the hub deduplicates pieces of files
    as they are sent, so that what travels is at most what is said here.
    """
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.lfs import UploadInfo, post_lfs_batch_info

    there = {each.digest.removeprefix("sha256:") for each in files if each.digest.startswith("sha256:")}
    held = there & wanted.keys()
    asked = [
        UploadInfo(size, b"", bytes.fromhex(sha256))
        for sha256, size in sorted(wanted.items())
        if sha256 not in held and size
    ]
    for start in range(0, len(asked), _BATCH):
        some = asked[start : start + _BATCH]
        try:
            rows, _, _ = post_lfs_batch_info(
                some, token=None, repo_type="dataset", repo_id=target.place, transfers=["basic"]
            )
        except HfHubHTTPError as error:
            if error.response.status_code < 500:
                return frozenset(held)  # who may only read is not told, nor whoever asks before he sends
            raise told(target, error) from error
        except failures() as error:
            raise told(target, error) from error
        held |= {row["oid"] for row in rows if row.get("actions") is None}
    return frozenset(held)


def execute(plan: Plan, cargo: Cargo, tell: Tell) -> str:
    """Make the repository if need be, send, commit once, tag; gives the revision."""
    api, target = _api(plan.target), plan.target
    head = _prepared(api, plan)
    revision = str(head)
    if plan.changes:
        operations = _operations(plan, cargo)
        _send(api, plan, operations, tell)
        tell(f"committing {len(plan.changes):,} changes to {target.url}")
        revision = _committed(api, plan, cargo, operations, head)
    if plan.tag is not None:
        _make_tag(api, plan, cargo, revision)
    return revision


def _prepared(api: Any, plan: Plan) -> str | None:
    """The revision to build on, None where nothing was ever committed.

    Repository and branch are then there, with the settings of the plan.
    """
    target, options = plan.target, plan.options
    if plan.revision is None:
        patiently(
            target, lambda: api.create_repo(target.place, private=options.private, exist_ok=True, **_KIND)
        )
    info = patiently(target, lambda: api.dataset_info(target.place))
    if plan.revision is None and info.sha is not None:
        found = patiently(target, lambda: _tree(api, target, info.sha))
        if not _is_new(found):
            raise _moved(plan, info.sha)
    settings: dict[str, Any] = {}
    if options.private and not info.private:
        settings["private"] = True
    if options.gating is not None and options.gating != _gating(info.gated):
        settings["gated"] = False if options.gating == "off" else options.gating
    if settings:
        patiently(target, lambda: api.update_repo_settings(target.place, **settings, **_KIND))
    base: str | None = plan.revision or info.sha
    if options.branch != MAIN:
        patiently(
            target,
            lambda: api.create_branch(
                target.place, branch=options.branch, revision=base, exist_ok=True, **_KIND
            ),
        )
    return base


def _operations(plan: Plan, cargo: Cargo) -> list[Any]:
    """What the commit does, large files first."""
    from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete

    found: list[Any] = []
    for each in sorted(plan.changes, key=lambda each: -each.travels):
        if each.action in {"add", "change"}:
            found.append(CommitOperationAdd(each.path, cargo.path(each.path)))
        elif each.action == "rename":
            found.append(CommitOperationCopy(str(each.origin), each.path))
    gone = [each.origin or each.path for each in plan.changes if each.action in {"rename", "delete"}]
    return found + [CommitOperationDelete(path, is_folder=False) for path in gone]


def _send(api: Any, plan: Plan, operations: list[Any], tell: Tell) -> None:
    """Send the bytes of large files, and learn how the others travel; raises PublishRefused where a file changed."""
    adds = [each for each in operations if hasattr(each, "path_or_fileobj")]
    tell(f"sending {plan.travels:,} bytes of {len(adds):,} files to {plan.target.url}")
    with telling(plan.target):
        api.preupload_lfs_files(
            plan.target.place,
            adds,
            revision=None if plan.options.pull_request else plan.options.branch,
            create_pr=plan.options.pull_request or None,
            free_memory=False,
            gitignore_content=_IGNORE_NOTHING,
            **_KIND,
        )
    meant = {each.path: each.sha256 for each in plan.files}
    for add in adds:
        if add.upload_info.sha256.hex() != meant[add.path_in_repo]:
            raise PublishRefused([f"{add.path_in_repo} changed while it was sent; nothing was published."])


def _committed(api: Any, plan: Plan, cargo: Cargo, operations: list[Any], parent: str | None) -> str:
    """The one commit, made once: when no answer came, it is first looked whether it was made."""
    target, options = plan.target, plan.options
    title, _, description = options.message.partition("\n")
    for wait in attempts():
        try:
            made = api.create_commit(
                target.place,
                operations,
                commit_message=title,
                commit_description=description.strip(),
                revision=None if options.pull_request else options.branch,
                parent_commit=parent,
                create_pr=options.pull_request,
                **_KIND,
            )
        except failures() as error:
            if options.pull_request:
                raise told(target, error) from error  # another attempt could make a second one
            now = _head_now(api, plan, cargo, parent)
            if now is not None and now != parent:
                return now
            if wait is None or not may_pass(error):
                raise told(target, error) from error
            time.sleep(waits(error, wait))
        else:
            return str(made.oid)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _head_now(api: Any, plan: Plan, cargo: Cargo, parent: str | None) -> str | None:
    """The revision that the branch is at: the parent, or one that the plan leads to; raises PublishRefused."""
    target = plan.target
    info = patiently(target, lambda: _described(api, target, plan.options.branch))
    now: str | None = None if info is None else info.sha
    if now is not None and now != parent:
        files = patiently(target, lambda: _tree(api, target, now))
        if not is_reached(plan.files, cargo, State(now, files)):
            raise _moved(plan, now)
    return now


def _is_new(files: tuple[RemoteFile, ...]) -> bool:
    """Whether there is nothing but what a hub puts into a new repository."""
    return all(each.path.partition("/")[0] in layout.FOREIGN for each in files)


def _moved(plan: Plan, now: str) -> PublishRefused:
    planned = plan.revision or "empty"
    message = f"{plan.target.url} changed meanwhile: the plan was made for {planned}, and it is at {now}."
    return PublishRefused([message, "Run the same command again: it makes a new plan."])


def _make_tag(api: Any, plan: Plan, cargo: Cargo, revision: str) -> None:
    target, tag = plan.target, str(plan.tag)

    def tagged() -> None:
        # Looked up each time: the answer to an attempt that succeeded may be lost.
        there = _tags(api, target).get(tag)
        if there is None:
            api.create_tag(
                target.place,
                tag=tag,
                tag_message=plan.options.message.partition("\n")[0],
                revision=revision,
                **_KIND,
            )
        elif there != revision and not cargo.is_at(layout.MANIFEST, _manifest_at(api, target, there)):
            raise PublishRefused([f"{target.url}: somebody else made the tag {tag} meanwhile, at {there}."])

    patiently(target, tagged)


def check(plan: Plan, revision: str, cargo: Cargo, rows: Mapping[str, Mapping[str, int]]) -> list[Finding]:
    """Ask for the published revision again: every digest, the tag, and the rows that loaders will find."""
    api, target = _api(plan.target), plan.target
    there = {each.path: each for each in patiently(target, lambda: _tree(api, target, revision))}
    fetched = partial(_fetched, api, target, revision, tuple(there.values()), longest=_MAX_MANIFEST)
    found = list(_differences(plan, cargo, there, fetched))
    if plan.tag is not None:
        tagged = patiently(target, lambda: _tags(api, target).get(str(plan.tag)))
        if tagged != revision and not cargo.is_at(layout.MANIFEST, _manifest_at(api, target, tagged)):
            found.append(finding("wrong-copy", f"the tag {plan.tag} names {tagged}, not {revision}"))
    if found:
        return found
    card = cargo.merged[layout.README].decode()
    return list(row_findings(card, sorted(there), lambda path: _rows(api, target, revision, path), rows))


def _differences(
    plan: Plan, cargo: Cargo, there: Mapping[str, RemoteFile], fetched: Callable[[str], bytes | None]
) -> Iterator[Finding]:
    """What the target holds otherwise than planned; a small file whose id is not git's is `fetched` and compared."""

    def is_there(path: str, now: RemoteFile) -> bool:
        same_size = now.digest.startswith("git:") and now.bytes == cargo.sha256(path)[1]
        return cargo.is_at(path, now) or (same_size and sha256(fetched(path) or b"") == cargo.sha256(path)[0])

    for each in plan.files:
        now = there.get(each.path)
        if each.action == "delete":
            if now is not None:
                yield finding("wrong-copy", "it should be gone", file=each.path)
        elif now is None:
            yield finding("wrong-copy", "it is not there", file=each.path)
        elif now.digest != each.before if each.foreign else not is_there(each.path, now):
            yield finding("wrong-copy", f"the hub says {now.bytes:,} bytes, {now.digest}", file=each.path)
    planned = {each.path for each in plan.files}
    for path in sorted(there.keys() - planned):
        if path.partition("/")[0] not in layout.FOREIGN:
            yield finding("wrong-copy", "it is not in the plan", file=path)


def _rows(api: Any, target: Address, revision: str, path: str) -> int:
    """The rows that the footer of a published file states, read over the network."""
    from huggingface_hub import HfFileSystem

    def counted() -> int:
        files = HfFileSystem(endpoint=api.endpoint, token=api.token)
        with files.open(f"datasets/{target.place}@{revision}/{path}", block_size=_FOOTER) as file:
            return parquet.count_rows(file)

    return patiently(target, counted)
