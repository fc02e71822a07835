"""An object store for tests: moto behind a counter of requests, at which clients are killed and answers are broken."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from publish_client import Done
from werkzeug.serving import make_server

BUCKET = "corpora"
# What may stand in the place of an answer: it gets the environment of the request and the way on.
Hook = Callable[[dict[str, Any], Callable[[], Iterable[bytes]], Any], Iterable[bytes] | None]
_KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "canary-secret"}


class ObjectStore:
    """A server of S3 on a port of this machine, with a bucket; use it in a `with`."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.requests: list[str] = []
        self.hook: Hook | None = None

    def __enter__(self) -> "ObjectStore":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.client.create_bucket(Bucket=BUCKET)
        return self

    def __exit__(self, *_: object) -> None:
        self._unsigned_requests(float("inf"))  # moto keeps it for all its servers in a process
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        hook = self.hook
        found = hook(environ, lambda: self._app(environ, start), start) if hook is not None else None
        return found if found is not None else self._app(environ, start)

    def env(self) -> dict[str, str]:
        """The environment of a client of this store, which looks nowhere else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FSSPEC_"))}
        return kept | _KEYS | {
            "AWS_ENDPOINT_URL": self.url, "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }  # fmt: skip

    @property
    def client(self) -> Any:
        """Another client of it than the one that is tested."""
        return boto3.client(
            "s3", endpoint_url=self.url, region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}),
            aws_access_key_id="other", aws_secret_access_key="other",
        )  # fmt: skip

    def check_signatures(self) -> None:
        """From now on, let nobody in whose signature is not that of a known user; there is none."""
        self._unsigned_requests(0)

    def _unsigned_requests(self, number: float) -> None:
        kind = {"Content-Type": "application/octet-stream"}
        body = Request(
            f"{self.url}/moto-api/reset-auth", data=str(number).encode(), headers=kind, method="POST"
        )
        with urlopen(body) as answer:
            assert answer.status == 200

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        """The bytes of every object below a prefix, by key without it."""
        client, found = self.client, {}
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
            for row in page.get("Contents", []):
                body = client.get_object(Bucket=BUCKET, Key=row["Key"])["Body"].read()
                found[row["Key"].removeprefix(prefix)] = body
        return found

    def put(self, key: str, data: bytes) -> None:
        """Put an object there."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)


def start(*arguments: Any, environment: dict[str, str]) -> "subprocess.Popen[str]":
    """A command of corpuskit as a process, with JSON on stdout."""
    command = [sys.executable, "-m", "corpuskit", *map(str, arguments), "--format", "json"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)


def ended(process: "subprocess.Popen[str]") -> Done:
    """What a command gave: it ends by itself, without a traceback, and names no secret."""
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    assert "canary" not in out + err
    return Done(process.returncode, json.loads(out) if out else None, out + err)


def run(*arguments: Any, environment: dict[str, str]) -> Done:
    """A command of corpuskit from its start to its end."""
    return ended(start(*arguments, environment=environment))
