"""The oracles themselves, held to MadGraph's |M|^2 points."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.generators.oracles import electroweak as ew
from tests.generators.oracles import qcd, w_pair

POINTS = json.loads((Path(__file__).parents[2] / "reference" / "matrix_elements.json").read_text())[
    "processes"
]
MG = ew.Inputs()
G_S2 = 4 * math.pi * 0.118


def invariants(momenta: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """s, t, u with t between legs 1 and 3."""
    p = np.array(momenta)
    square = lambda k: np.array(k[0] ** 2 - k[1:] @ k[1:])  # noqa: E731
    return square(p[0] + p[1]), square(p[0] - p[2]), square(p[0] - p[3])


CLOSED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "ee_ee": lambda s, t, u: ew.bhabha(MG, s, t, u),
    "ee_aa": lambda _, t, u: ew.two_photons(MG, 11, t, u),
    "ee_zz": lambda s, t, u: ew.two_z(MG, 11, s, t, u),
    "ee_zh": lambda s, t, u: ew.z_higgs(MG, 11, s, t, u),
    "ee_tautau": lambda s, t, u: ew.pair(MG, 11, 15, 1.777, s, t, u),
    "ee_uu": lambda s, t, u: ew.pair(MG, 11, 2, 0.0, s, u, t),
    "ee_bb": lambda s, t, u: ew.pair(MG, 11, 5, 4.7, s, u, t),
    "ee_tt": lambda s, t, u: ew.pair(MG, 11, 6, 173.0, s, u, t),
    "ee_ww": lambda s, t, u: w_pair.me2(
        MG, math.sqrt(s), float((t - u) / s / math.sqrt(1 - 4 * MG.m_w**2 / s)), MG.m_w, MG.m_w
    ),
    "uux_gg": lambda s, t, u: G_S2**2 * qcd.annihilate_to_gluons(s, t, u),
    "ug_ug": lambda s, t, u: G_S2**2 * qcd.quark_gluon(s, t, u),
    "gg_gg": lambda s, t, u: G_S2**2 * qcd.gluons(s, t, u),
    "ud_ud": lambda s, t, u: G_S2**2 * qcd.quarks_differ(s, t, u),
    "uu_uu": lambda s, t, u: G_S2**2 * qcd.quarks_equal(s, t, u),
    "uux_ddx": lambda s, t, u: G_S2**2 * qcd.annihilate_to_others(s, t, u),
    "gg_uux": lambda s, t, u: G_S2**2 * qcd.gluons_to_quarks(s, t, u),
    "uux_aa": lambda _, t, u: ew.two_photons(MG, 2, t, u),
    "ug_ua": lambda s, _, u: G_S2 * MG.e2 * qcd.compton(2, s, u),
    "uux_zg": lambda s, t, u: G_S2 * qcd.annihilate_to_z_gluon(MG, 2, s, t, u),
}


@pytest.mark.parametrize("name", CLOSED)
def test_oracle_meets_madgraph(name: str) -> None:
    entry = POINTS[name]
    for point in entry["points"]:
        ours = float(CLOSED[name](*invariants(point["momenta"])))
        assert ours == pytest.approx(point["me2"], rel=1e-9)
