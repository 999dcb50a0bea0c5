"""`hepsym cite` prints BibTeX that a strict reader takes."""

import json
import re
from pathlib import Path

import pytest

import hepsym
from hepsym.cli import main
from hepsym.cli.cite import entries
from hepsym.events import write
from hepsym.generators import generate, load_card
from hepsym.models.registry import FAMILIES
from hepsym.report.run import citations
from hepsym.report.run.citations import MODELS, TOOLS, works_of


def status(*args: str) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        main(args)
    return caught.value.code


def test_every_entry_is_whole() -> None:
    """Braces balance, keys are unique, and every entry says who, what and when (software: which version)."""
    found = entries()
    for key, entry in found.items():
        assert entry.count("{") == entry.count("}")
        assert re.fullmatch(rf"@\w+\{{{key},\n(  \w+ *= \{{.+\}},?\n)+\}}", entry)
        fields = set(re.findall(r"^  (\w+) *=", entry, re.MULTILINE))
        assert {"author", "title", "version" if key == "hepsym" else "year"} <= fields


def test_every_entry_says_what_it_was_checked_against() -> None:
    page = (Path(__file__).parents[2] / "docs" / "bibliography.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [k for k in entries() if k != "hepsym"]


def test_the_version_is_the_installed_one() -> None:
    assert f"version = {{{hepsym.__version__}}}" in entries()["hepsym"]


@pytest.mark.parametrize("paper", ["2504.05174", "2212.07347", "1902.03251", "10.1145/2063384.2063405"])
def test_what_hepsym_stands_on_is_cited(paper: str) -> None:
    assert any(paper in entry for entry in entries().values())


def test_every_work_that_can_be_asked_for_is_there() -> None:
    asked = {key for works in (*MODELS.values(), *TOOLS.values()) for key in works}
    source = (Path(citations.__file__)).read_text(encoding="utf-8")
    asked |= set(re.findall(r'works\["(\w+)"\]', source))
    assert asked <= set(entries())
    assert set(MODELS) == set(FAMILIES), "every model has the work that it comes from"


def test_a_run_cites_what_it_used(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Model, events, analysis: each adds its works, and nothing else is there."""
    events = tmp_path / "events"
    write(events, generate(load_card("ee2mumu"), 50, seed=1))
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text(
        json.dumps({"model": "equivae", "settings": {}, "source": {"files": [str(events)]}})
    )
    ground = {"salmon2011parallel", "lam2015numba", "navas2024review"}
    learned = {"feige2019invariant", "kingma2014adam", "paszke2019pytorch"}
    assert set(works_of(events)) == ground
    assert set(works_of(run)) == ground | learned
    (run / "analysis.json").write_text("{}")
    assert set(works_of(run)) == ground | learned | {"sanz2025symmetries", "kraskov2004estimating"}
    assert status("cite", str(run)) == 0
    out = capfd.readouterr().out
    assert out.startswith("% everything\n@software{hepsym,")
    assert out.count("\n@") == 1 + len(works_of(run))
    assert "% EquiVAE\n@inproceedings{feige2019invariant" in out


def test_tools_and_integration_are_read_off_the_provenance() -> None:
    jets = {"versions": {"hepsym": "1", "pythia8mc": "8", "fastjet": "3"}, "card": 'dataset = "jets"'}
    assert {"bierlich2022comprehensive", "cacciari2008anti"} <= set(citations._of_events(jets))
    assert "navas2024review" not in citations._of_events(jets)
    hadrons = {"card": "x", "beams": [2212, 2212], "cross_section_pb": 10.0, "cross_section_error_pb": 0.01}
    assert {"lepage2021adaptive", "ball2013parton"} <= set(citations._of_events(hadrons))


@pytest.mark.parametrize("kind", ["absent", "empty", "table"])
def test_what_says_nothing_of_itself_is_refused(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "x.csv"
    if kind == "empty":
        place.mkdir()
    elif kind == "table":
        place.write_text("a,b\n1,2\n")
    assert status("cite", str(place)) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("hepsym: error: ")
    assert err.count("\n") == 1


def test_json_has_the_same_entries(capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, read in ((["cite", "--json"], json.loads), (["cite"], str)):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
        told = read(capfd.readouterr().out)
        if isinstance(told, str):
            assert told == "\n\n".join(entries().values()) + "\n"
        else:
            assert told == entries()
