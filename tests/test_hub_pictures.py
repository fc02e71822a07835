"""The hub's pages as a browser shows them: `make test-pages`; the pictures in build/pages are to be looked at."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY
from hub_requests import ask, commit, create, file
from test_hub_pages import CARD, SVG

import corpuskit
from corpuskit.testing import LocalHub

pytestmark = pytest.mark.pages
PICTURES = REPOSITORY / "build" / "pages"
_MODES = {
    "light": "--blink-settings=preferredColorScheme=1",
    "dark": "--blink-settings=preferredColorScheme=0",
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalHub]:
    """A hub with a release in two versions, and with a hostile card."""
    release = corpuskit.build(
        REPOSITORY / "examples" / "corpus.toml", tmp_path_factory.mktemp("release")
    ).path
    with LocalHub() as running:
        api = create(running, "contoh")
        names = [p.relative_to(release).as_posix() for p in sorted(release.rglob("*")) if p.is_file()]
        assert (
            commit(running, api, *(file(name, (release / name).read_bytes()) for name in names)).status == 200
        )
        for tag in ("v1.0.0", "v1.1.0"):
            assert ask(running, "POST", f"{api}/tag/main", {"tag": tag}, running.token).status == 200
            assert commit(running, api, file("NOTICE.md", tag.encode())).status == 200
        api = create(running, "hostile")
        files = file("README.md", CARD.encode()), file("figures/x.svg", SVG), file("a/b.txt", b"b")
        assert commit(running, api, *files).status == 200
        yield running


def _chromium(*arguments: str) -> str:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("width", [1280, 420])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("index", "/"),
        ("corpus", "/datasets/lab/contoh"),
        ("hostile", "/datasets/lab/hostile"),
        ("absent", "/datasets/lab/none"),
    ],
)
def test_pictures(hub: LocalHub, name: str, path: str, width: int, mode: str) -> None:
    """Each page is drawn, light and dark, wide and narrow, and is not of one colour."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = PICTURES / f"{name}-{width}-{mode}.png"
    picture.unlink(missing_ok=True)
    _chromium(f"--window-size={width},1500", _MODES[mode], f"--screenshot={picture}", hub.endpoint + path)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 8_000, "an empty page compresses to less"


def test_a_hostile_card_does_nothing_in_a_browser(hub: LocalHub, tmp_path: Path) -> None:
    """No script of the card ran, nothing of it became an element, and nothing was asked of another host."""
    log = tmp_path / "net.json"
    dom = _chromium("--dump-dom", f"--log-net-log={log}", f"{hub.endpoint}/datasets/lab/hostile")
    assert re.search(r"<title>\s*lab/hostile\s*</title>", dom)
    assert not re.search(r"<(script|iframe|svg|form|style|base)\b", dom)
    assert "<h1>" in dom
    asked = re.findall(r'"url":"(https?://[^/"]+)', log.read_text())
    assert hub.endpoint in asked
    assert not [host for host in asked if "evil.example" in host]
