"""Muon pairs of hepsym against Pythia's own, a million events each: mass, rapidity, pT and angles.

The histograms are in tests/reference/pythia_histograms.json, made by the script in scripts/ there. chi^2 of
two samples of equal size, sum (a - b)^2 / (a + b); false-alarm rate 1e-3 a histogram, 1 % for all ten; seeds
are fixed.
"""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from hepsym import generators, lorentz
from hepsym.events import Events

REFERENCE = Path(__file__).parents[1] / "reference"
SAMPLES: dict[str, Any] = json.loads((REFERENCE / "pythia_histograms.json").read_text())["samples"]
INPUTS = (
    "electroweak={{scheme='explicit', alpha_inverse=132.507, sin2_theta_w=0.22224648578577766, m_z=91.188, "
    "gamma_z={gamma_z}, width='running'}}"
)


def observables(events: Events, at_rest: bool) -> dict[str, NDArray[np.float64]]:
    """As the script defines them: of the pair, of the mu-, and its Collins-Soper angle along the pair's y."""
    minus, plus = events.momenta[:, -2], events.momenta[:, -1]
    pair = minus + plus
    pt = np.hypot(minus[:, 1], minus[:, 2])
    cosine = lorentz.collins_soper(minus, plus, follow_pair=True)[0]
    if at_rest:
        cosine = minus[:, 3] / np.sqrt((minus[:, 1:] ** 2).sum(1))
    return {
        "m": np.sqrt((pair[:, 0] - pair[:, 3]) * (pair[:, 0] + pair[:, 3])),
        "y": 0.5 * np.log((pair[:, 0] + pair[:, 3]) / (pair[:, 0] - pair[:, 3])),
        "pt": pt,
        "eta": np.arcsinh(minus[:, 3] / pt),
        "phi": np.arctan2(minus[:, 2], minus[:, 1]),
        "cos_theta": cosine,
    }


def p_value(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> float:
    """chi^2 of two histograms of equally many events; bins of fewer than 20 together join their neighbour."""
    merged: list[list[int]] = [[0, 0]]
    for a, b in zip(ours.tolist(), theirs.tolist(), strict=True):
        merged[-1][0] += a
        merged[-1][1] += b
        if sum(merged[-1]) >= 20:
            merged.append([0, 0])
    if len(merged) > 1:
        last = merged.pop()
        merged[-1] = [merged[-1][0] + last[0], merged[-1][1] + last[1]]
    a, b = np.array(merged, dtype=float).T
    return float(stats.chi2.sf(((a - b) ** 2 / (a + b)).sum(), len(a) - 1))


@pytest.fixture(scope="module")
def made() -> dict[str, Events]:
    """A million events of each sample."""
    events = {}
    for name, sample in SAMPLES.items():
        overrides = [INPUTS.format(gamma_z=sample["gamma_z"]), "masses={e-=0, mu-=0.10566}"]
        if name == "ee2mumu":
            overrides.append("sqrt_s=91.188")
        card = generators.load_card(name, overrides)
        events[name] = generators.generate(card, sample["events"], seed=20261121)
    return events


@pytest.mark.compiled
@pytest.mark.parametrize(("name", "quantity"), [(n, q) for n in SAMPLES for q in SAMPLES[n]["histograms"]])
def test_the_distribution_is_pythias(made: dict[str, Events], name: str, quantity: str) -> None:
    histogram = SAMPLES[name]["histograms"][quantity]
    values = observables(made[name], name == "ee2mumu")[quantity]
    ours, _ = np.histogram(values, histogram["edges"])
    p = p_value(ours, np.array(histogram["counts"]))
    assert p > 1e-3, f"{name} {quantity}: p = {p:.2e}"


def test_a_wrong_angle_would_be_seen() -> None:
    """An asymmetry that is off by 0.02, at this number of events, is found."""
    counts = np.array(SAMPLES["ee2mumu"]["histograms"]["cos_theta"]["counts"])
    centres = np.linspace(-0.98, 0.98, len(counts))
    assert p_value((counts * (1 + 0.02 * 4 / 3 * 4 / 3 * centres)).astype(np.int64), counts) < 1e-3


def test_observables_are_those_of_the_script() -> None:
    """The script's own functions, on hepsym's events."""
    pytest.importorskip("pythia8mc")
    script = _script()
    events = generators.generate(generators.load_card("ee2mumu"), 1000, seed=1)
    minus, plus = events.momenta[:, 2], events.momenta[:, 3]
    theirs = script.observables(minus, plus)
    for name, values in observables(events, True).items():
        np.testing.assert_allclose(
            values, theirs[name], atol=1e-5, rtol=1e-5
        )  # muons are light, not massless


def _script() -> ModuleType:
    path = REFERENCE / "scripts" / "pythia_histograms.py"
    spec = importlib.util.spec_from_file_location("pythia_histograms", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
