"""`hepsym amplitude`: every one of MadGraph's points through the command line, and what it says no to."""

import json
from pathlib import Path

import numpy as np
import pytest

from hepsym.cli import main

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "matrix_elements.json").read_text())


def status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    code = stop.value.code
    assert isinstance(code, int)
    return code


def settings(entry: dict) -> list[str]:
    """MadGraph's inputs as `--set` options."""
    p = REFERENCE["parameters"]
    sin2 = 1 - (p["MW_derived"] / p["MZ"]) ** 2
    masses = {"e-": 0.000511, "mu-": 0.10566} if "massive" in entry["process"] else {"e-": 0.0, "mu-": 0.0}
    masses |= {"h": p["MH"], "t": p["MT"], "b": p["MB"], "ta-": p["MTAU"]}
    keys = [
        f"electroweak={{scheme='explicit', alpha_inverse={p['alpha_em_inverse']}, sin2_theta_w={sin2!r}, "
        f"m_z={p['MZ']}, gamma_z={p['GZ']}, m_w={p['MW_derived']!r}, gamma_w={p['GW']}}}",
        f"qcd.alpha_s={p['alpha_s']}",
        f"widths={{t={0.0 if entry['top_width_zero'] else p['GT']}, h={p['GH']}}}",
        "masses={" + ", ".join(f"{k}={v}" for k, v in masses.items()) + "}",
    ]
    return [word for key in keys for word in ("--set", key)]


@pytest.mark.parametrize("name", REFERENCE["processes"])
def test_equals_madgraph(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """1e-10 relative at every point of every process, legs in MadGraph's order."""
    entry = REFERENCE["processes"][name]
    points = tmp_path / "points.json"
    points.write_text(json.dumps([p["momenta"] for p in entry["points"]]))
    process = entry["process"].split("(")[0]
    assert status("amplitude", process, str(points), "--json", *settings(entry)) == 0
    got = np.array(json.loads(capfd.readouterr().out)["me2"])
    assert np.abs(got / [p["me2"] for p in entry["points"]] - 1).max() < 1e-10


@pytest.mark.parametrize(
    ("process", "words"),
    [
        ("e- e+ > mu- mu-", "electric charge"),
        ("e- e+ > mu- ta+", "muon number"),
        ("u s~ > g w+", "d and u quarks"),
        ("u u > g g", "electric charge"),
        ("e- e+ > g", "colour"),
        ("e- e+ > e- w+", "electron number"),
        ("g g > ve ve~", "no tree diagram"),
        ("u g > u g QCD=1", "coupling orders"),
        ("u g > u g QCD<1", "QED=0"),
        ("e- e+ > mu- mux", "did you mean 'mu-'"),
        ("p p > mu- mu+", "name definite particles"),
        ("e- e+ > w+ w-, (w+ > mu+ vm", "brackets"),
        ("e- e+ > w+ w-, z > mu+ mu-", "no such particle"),
        ("e- e+ > w+ w-, w+ > mu+", "muon number"),
        ("e- e+ > w+ w-, w+ > mu+ ve", "electron number"),
        ("h > w+ w-", "cannot decay"),
        ("u u~ > zp, zp > mu- mu+", "spin = 1"),
        ("e- e+ >", "not of the form"),
    ],
)
def test_a_process_that_cannot_be_is_one_clear_line(
    process: str, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    points = tmp_path / "points.json"
    points.write_text("[[[1, 0, 0, 1]]]")
    assert status("amplitude", process, str(points)) == 2
    err = capfd.readouterr().err
    assert words in err
    assert len(err.splitlines()) == 1


def test_decay_products_stand_in_place_of_their_parent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The points of e+ e- > mu+ vm ta- vt~, here through two W alone, which make most of it at 2 M_W."""
    entry = REFERENCE["processes"]["ee_ww4f"]
    points = tmp_path / "points.json"
    points.write_text(json.dumps([p["momenta"] for p in entry["points"]]))
    chain = "e+ e- > w+ w-, w+ > mu+ vm, w- > ta- vt~"
    assert status("amplitude", chain, str(points), "--json", *settings(entry)) == 0
    got = np.array(json.loads(capfd.readouterr().out)["me2"])
    assert (got > 0).all()
    assert len(got) == len(entry["points"])
