"""A card and its figures as a browser draws them: `make test-pages` leaves pictures in build/pages to be looked at."""

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from test_figures import EXAMPLE, manifest
from test_hub_pictures import _MODES, PICTURES, _chromium

from corpuskit.card.figures import figures
from corpuskit.documents import render_documents
from corpuskit.hub.serving.cards import body_html, web_address
from corpuskit.kinds import KINDS
from corpuskit.resources import folder

pytestmark = pytest.mark.pages


def _many() -> dict[str, Any]:
    """Very many of everything, under long and wide names."""
    names = [f"{'WMwm'[i % 4] * (i % 50)} source {i} {'新闻' * (i % 9)} {'ब' * (i % 30)}" for i in range(200)]
    facts = manifest(
        sources={name: 10**9 - 7919 * i for i, name in enumerate(names)},
        languages=dict.fromkeys(
            ("zh-Hant-TW", "jv-Java-x-ngapak", "pt-BR", "und", "ar-EG", "x-privat"), 10**9
        ),
        months={f"{year}-{month:02d}": year for year in range(1800, 2024) for month in range(1, 13)},
        length_histogram=[[0, 1], *([1 << power, 10**9 >> abs(power - 9)] for power in range(26))],
        rows=10**12,
    )
    losses = [
        {"fate": "rejected", "reason": kind, "records": 10**9 >> i, "bytes": 1}
        for i, kind in enumerate(KINDS)
    ]
    facts["waterfall"] = {"a": losses[:25]}
    facts["accounts"]["total"] |= {
        "in": 10**10,
        "kept": 10**10 - sum(each["records"] for each in losses[:25]),
    }
    return facts


CASES = {
    "example": lambda: EXAMPLE,
    "many": _many,
    "few": lambda: manifest(sources={"a": 1, "<b>&": 0}, months={"2020-01": 1, "2020-02": 1}, rows=2),
}

# Draws each picture and says: the ground, the highest contrast with it, the ink at the edge, and words that are cut
# off or lie over others.
_SCRIPT = """
const light = c => { const f = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
const facts = {};
Promise.all([...document.querySelectorAll("img")].map(async image => {
  await image.decode();
  const [w, h] = [image.naturalWidth, image.naturalHeight], canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, w, h).data, at = (x, y) => data.slice(4 * (y * w + x), 4 * (y * w + x) + 4);
  const ground = at(10, 4), same = c => c.every((v, i) => Math.abs(v - ground[i]) < 3);
  let edge = 0, contrast = 1, ink = 0;
  for (let y = 3; y < h - 3; y++) for (let x = 3; x < w - 3; x++) {
    const c = at(x, y);
    if (same(c)) continue;
    ink++;
    if (x < 9 || x > w - 10 || y < 9 || y > h - 7) edge++;
    const pair = [light(c), light(ground)].sort((a, b) => b - a);
    contrast = Math.max(contrast, (pair[0] + .05) / (pair[1] + .05));
  }
  const host = document.createElement("div");
  host.innerHTML = atob(image.src.split(",")[1]) && new TextDecoder().decode(
    Uint8Array.from(atob(image.src.split(",")[1]), c => c.charCodeAt(0)));
  document.body.append(host);
  const words = [...host.querySelectorAll("text")].map(t => [t.textContent, t.getBBox()]);
  const cut = words.filter(([, b]) => b.x < 4 || b.x + b.width > w - 4 || b.y < 0 || b.y + b.height > h).map(p => p[0]);
  const over = words.flatMap(([a, p], i) => words.slice(i + 1).filter(([, q]) => p.x < q.x + q.width - 1 &&
    q.x < p.x + p.width - 1 && p.y < q.y + q.height - 4 && q.y < p.y + p.height - 4).map(([b]) => [a, b]));
  host.remove();
  facts[image.id] = {ground: light(ground), contrast, edge, ink, cut, over};
})).then(() => { document.querySelector("pre").textContent = JSON.stringify(facts); });
"""


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("case", CASES)
def test_figures_are_legible(case: str, mode: str, tmp_path: Path) -> None:
    """In light and dark every figure has ink of high contrast, none at its edge, no words cut off or over others."""
    drawn = figures(CASES[case]())
    images = "".join(
        f'<img id="{name}" src="data:image/svg+xml;base64,{b64encode(figure.svg.encode()).decode()}">'
        for name, figure in drawn.items()
    )
    page = tmp_path / "page.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8>{images}<pre></pre><script>{_SCRIPT}</script>", "utf-8"
    )
    PICTURES.mkdir(parents=True, exist_ok=True)
    dom = _chromium("--virtual-time-budget=20000", _MODES[mode], "--dump-dom", page.as_uri())
    facts = json.loads(re.search(r"(?s)<pre>(.*?)</pre>", dom)[1].replace("&lt;", "<").replace("&amp;", "&"))  # type: ignore[index]
    assert set(facts) == set(drawn)
    for name, found in facts.items():
        assert (found["cut"], found["over"], found["edge"]) == ([], [], 0), name
        assert found["ink"] > 1000, name
        assert found["contrast"] > 10, name
        assert found["ground"] > 0.9 if mode == "light" else found["ground"] < 0.05, name


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("case", CASES)
def test_pictures_of_the_card(case: str, mode: str, tmp_path: Path) -> None:
    """The whole card, as the hub shows it, is drawn with all its figures."""
    documents = render_documents(CASES[case]())
    for name, (_, text) in documents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    html = body_html(documents["README.md"][1], lambda to: f"/{to}" if to in documents else web_address(to))
    shown = re.findall(r'<img src="/(figures/[a-z]+\.svg)" alt="[^"]{20,}">', html)
    assert sorted(shown) == sorted(name for name in documents if name.startswith("figures/"))
    style = (folder("cards") / "style.css").read_text(encoding="utf-8")
    body = html.replace('src="/figures', 'src="figures')
    page = tmp_path / "index.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><style>{style}</style>"
        f'<main style="max-width:56rem;margin:auto"><article class="card">{body}</article></main>', "utf-8",
    )  # fmt: skip
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = PICTURES / f"card-{case}-{mode}.png"
    picture.unlink(missing_ok=True)
    _chromium("--window-size=960,6500", _MODES[mode], f"--screenshot={picture}", page.as_uri())
    assert picture.stat().st_size > 100_000, "an empty page compresses to less"
