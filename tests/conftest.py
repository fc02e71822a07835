"""Fixtures: real data that may be absent, and corpora written on the spot."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No deadlines: how long a case takes says nothing here. The same cases each time on a build server.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")

REPOSITORY = Path(__file__).parent.parent
_SHARED = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Clients of hubs stay off the network and keep their caches out of the home folder."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path_factory.getbasetemp() / "hf"))


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """A function from a name to the folder of real data of that name; skips where it is absent."""

    def folder(name: str) -> Path:
        path = _SHARED / name
        if not path.is_dir():
            pytest.skip(f"real data `{name}` is not here")
        return path

    return folder


def article(number: int, **more: Any) -> dict[str, Any]:
    """A small article that differs from every other number's."""
    return {
        "id": f"a{number:05d}",
        "title": f"Judul {number}",
        "text": f"Isi artikel nomor {number}.",
        **more,
    }


def jsonl(records: Iterable[Mapping[str, Any] | bytes]) -> bytes:
    """Lines of JSON; bytes stand for themselves."""
    return b"".join(r + b"\n" if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in records)


def page(number: int, body: int) -> bytes:
    """A text file of the site that tests crawl: title, time, two paragraphs, navigation; lines end in CR LF."""
    return (
        f"Judul {number}\r\n\r\n2020-01-0{number} 10:00:00\r\n\r\n\r\nKalimat pertama nomor {body} ini panjang.\r\n\r\n"
        f"Kalimat kedua nomor {body} juga.\r\n\r\nKalender\r\n\r\nBerita Terpopuler\r\nIndeks\r\nHubungi kami\r\n"
        "© 2020 Situs Berita Kita\r\n"
    ).encode()


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes input files and a corpus.toml, and gives the path of the latter.

    Files are named relative to the folder; `extra` is TOML for the end of the file, `source` for that of
    the only source.
    """

    def write(files: Mapping[str, bytes], source: str = "", extra: str = "", folder: str = "in") -> Path:
        root = tmp_path / folder
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        spec = root / "corpus.toml"
        names = json.dumps(sorted(files))
        spec.write_text(
            f'[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
            f'[[source]]\nname = "one"\nfiles = {names}\nlicense = "CC-BY-4.0"\nlanguage = "id"\nmax_loss = 1.0\n'
            f"{source}\n{extra}\n",
            encoding="utf-8",
        )
        return spec

    return write
