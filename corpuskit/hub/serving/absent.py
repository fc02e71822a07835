"""What clients may ask of a hub and this one does not have, as data: a pattern of paths, and the sentence that is said.

Which paths clients know stands in huggingface_hub's `hf_api.py`.
"""

import re

from corpuskit.hub.serving.refusals import Refusal, bad_request, no_repository

_API = "/api/datasets/[^/]+/[^/]+"
_BRANCH = "push to a branch of its own instead (revision=...)"
ABSENT: dict[str, str] = {
    rf"{_API}/discussions(/.*)?": f"this hub has no discussions and no pull requests: {_BRANCH}.",
    rf"{_API}/(like|likers)|/api/users/[^/]+/likes": "this hub has no likes.",
    rf"{_API}/user-access-request/.*": "this hub has no gated repositories: they are public or private.",
    rf"{_API}/duplicate": "this hub does not copy repositories: download, create one of the new name, push.",
    rf"{_API}/lfs-files(/.*)?": "this hub does not manage large files by themselves: delete them with a commit.",
    rf"{_API}/(leaderboard|parquet.*)|/api/(daily_papers|papers)(/.*)?": "this hub has data, and nothing about them.",
    r"/api/(collections|jobs|scheduled-jobs|buckets|settings/webhooks)(/.*)?": "this hub holds datasets, no more.",
    r"/api/(users|organizations)/.*": "this hub has tokens, and no accounts.",
    r"/api/settings/repositories": "this hub has no accounts: list what is there with /api/datasets?author=NAMESPACE.",
    r"/api/(datasets|models)-tags-by-type": "this hub has no list of tags.",
    r"/datasets/[^/]+/[^/]+/(info/refs|git-(upload|receive)-pack)": "this hub does not speak git: use hf download.",
}
NO_XET = "this hub has no Xet storage: clients need HF_HUB_DISABLE_XET=1 in their environment."


def is_xet(path: str) -> bool:
    """Whether a path is asked for by a client that wants Xet storage."""
    return "/xet-" in path


def unknown(path: str) -> Refusal:
    """Why there is nothing at a path."""
    if is_xet(path):
        return bad_request(NO_XET)
    if re.match(r"/api/(models|spaces|kernels)/|/[^/]+/[^/]+/(resolve|info)/", path):
        message = 'This hub holds datasets: pass repo_type="dataset", or --repo-type dataset.'
        return Refusal(404, message, "RepoNotFound")
    if re.fullmatch(r"/api/datasets/[^/]+|/datasets/[^/]+(/resolve/.*)?", path):
        return no_repository(path.rpartition("/")[2])
    for pattern, message in ABSENT.items():
        if re.fullmatch(pattern, path):
            return bad_request(message)
    return Refusal(404, f"This hub has nothing at {path}.")
