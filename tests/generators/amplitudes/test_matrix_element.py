"""|M|^2 of every process with other people's numbers: MadGraph5_aMC@NLO's points."""

import json
from pathlib import Path

import numpy as np
import pytest

from hepsym.generators.amplitudes.matrix_element import matrix_element
from hepsym.generators.cards.process_string import single_process
from hepsym.generators.theory import Theory

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "matrix_elements.json").read_text())


def madgraph_theory(entry: dict) -> Theory:
    """MadGraph's inputs, as the file states them, with the masses of an entry's own legs."""
    p = REFERENCE["parameters"]
    masses = {23: p["MZ"], 24: p["MW_derived"], 25: p["MH"], 6: p["MT"], 5: p["MB"], 15: p["MTAU"]}
    if "massive" in entry["process"]:
        masses |= {11: 0.000511, 13: 0.10566}
    widths = {23: p["GZ"], 24: p["GW"], 25: p["GH"], 6: 0.0 if entry["top_width_zero"] else p["GT"]}
    sin2 = 1 - (p["MW_derived"] / p["MZ"]) ** 2
    return Theory(1 / p["alpha_em_inverse"], sin2, sin2, p["alpha_s"], masses, widths)


@pytest.mark.parametrize("name", REFERENCE["processes"])
def test_equals_madgraph(name: str) -> None:
    """1e-10 relative at every point of every process."""
    entry = REFERENCE["processes"][name]
    made = matrix_element(single_process(entry["process"].split("(")[0]), madgraph_theory(entry))
    momenta = np.array([point["momenta"] for point in entry["points"]])
    expected = np.array([point["me2"] for point in entry["points"]])
    assert made.masses == pytest.approx(entry["masses"])
    assert np.abs(made.me2(momenta) / expected - 1).max() < 1e-10
    assert np.abs(made.helicity_weights(momenta).sum(axis=1) / expected - 1).max() < 1e-10
