"""The page: whole from a whole run, honest from a poor one, closed to what files would smuggle in."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from made_run import RELEVANT, made_run

from hepsym.errors import InputError
from hepsym.report import write

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`$x$"


class Links(HTMLParser):
    """Tags, and every address that a browser would load or follow."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "action", "srcset", "data", "poster", "formaction"}:
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)
            if name == "id":
                self.ids.append(value or "")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(made_run(tmp_path_factory.mktemp("runs") / "run")).read_text(encoding="utf-8")


def test_every_section_is_there_and_in_the_contents(page: str) -> None:
    sections = re.findall(r'<section id="([a-z]+)"', page)
    assert sections == [
        "generated", "training", "relevance", "plateau", "jacobian", "alignment", "traversals", "rerun",
    ]  # fmt: skip
    assert re.findall(r'<li><a href="#([a-z]+)"', page) == sections


def test_every_figure_has_words_and_numbers(page: str) -> None:
    names = re.findall(r'<figure id="([^"]+)"', page)
    for name in (
        "relevance-kl",
        "relevance-ablation",
        "plateau-counts",
        "jacobian-spectrum",
        "recovered",
        "mutual-information",
    ):
        assert name in names
    assert len([n for n in names if n.startswith("momenta-")]) == len(RELEVANT)
    assert page.count("<figcaption>") == page.count("data:text/csv;base64,") == len(names)


def test_ids_are_unique(page: str) -> None:
    """A name may stand for one thing only, on a page whose figures bring hundreds."""
    ids = Links(page).ids
    assert len(ids) == len(set(ids))


def test_nothing_on_the_page_points_outside(page: str) -> None:
    links = Links(page)
    assert all(address.startswith(("#", "data:text/csv;base64,")) for address in links.addresses)
    assert not {"link", "iframe", "img", "object", "embed", "base", "form"} & set(links.tags)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "default-src &#x27;none&#x27;" in page


def test_size(tmp_path: Path) -> None:
    """Ten relevant latents of a six-body event."""
    run = made_run(tmp_path / "run")
    found = json.loads((run / "analysis.json").read_text())
    z = np.linspace(-2, 2, 21)
    momenta = np.random.default_rng(1).normal(size=(5, 21)).tolist()
    features = {f"g#{leg}.{c}": momenta for leg in range(6) for c in ("px", "py", "pz")}
    observables = {f"{kind}(g#1)": momenta for kind in ("pt", "eta", "phi", "m")}
    found["traversals"] = [
        {"latent": i, "values": z.tolist(), "features": features, "observables": observables}
        for i in range(10)
    ]
    (run / "analysis.json").write_text(json.dumps(found))
    assert write(run).stat().st_size < 3_500_000  # the latent space, absent here, adds 1.2 MB


@pytest.mark.parametrize("with_analysis", [True, False])
def test_hostile_names_stay_text(tmp_path: Path, with_analysis: bool) -> None:
    honest = Links(write(made_run(tmp_path / "honest", analysed=with_analysis)).read_text(encoding="utf-8"))
    text = write(made_run(tmp_path / "evil", analysed=with_analysis, evil=EVIL)).read_text(encoding="utf-8")
    evil = Links(text)
    assert evil.tags.count("script") == honest.tags.count("script")
    assert "img" not in evil.tags
    assert evil.handlers == []
    assert "alert(1)</script>" not in text


def test_without_analysis_the_page_says_what_is_missing(tmp_path: Path) -> None:
    text = write(made_run(tmp_path / "run", analysed=False)).read_text(encoding="utf-8")
    assert "hepsym analyze" in text
    assert "What is missing here" in text
    assert 'id="training"' in text
    assert 'id="relevance"' not in text


def test_a_data_file_that_is_gone_is_said(tmp_path: Path) -> None:
    text = write(made_run(tmp_path / "run", files=(str(tmp_path / "gone.npz"),))).read_text(encoding="utf-8")
    assert "gone.npz does not exist" in text


def test_a_plain_table_is_shown_without_provenance(tmp_path: Path) -> None:
    table = tmp_path / "table.npy"
    np.save(table, np.random.default_rng(1).normal(size=(500, 2)))
    text = write(made_run(tmp_path / "run", files=(str(table),))).read_text(encoding="utf-8")
    assert "plain table without provenance" in text
    assert text.count('<figure id="control-') == 2


def test_a_sparse_analysis_does_not_stop_the_page(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    for found in (
        {},
        {"relevant": {"value": None, "low": 2, "high": 8}},
        {"latents": [{"index": 0, "relevance": {}}]},
    ):
        (run / "analysis.json").write_text(json.dumps(found))
        assert 'id="relevance"' in write(run).read_text(encoding="utf-8")


def test_the_page_is_replaced_as_a_whole(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    first = write(run).read_text(encoding="utf-8")
    assert write(run).read_text(encoding="utf-8") == first
    assert [p.name for p in run.iterdir() if p.name.startswith(".")] == []


def test_no_run_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write(tmp_path)
    assert list(tmp_path.iterdir()) == []
