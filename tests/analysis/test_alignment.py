"""Does each latent get the observables it follows, and no more false ones than alpha allows?"""

import json

import numpy as np
import pytest

from hepsym.analysis import Observable, align, holm, recover, usable
from hepsym.errors import InputError

TURN = 2 * np.pi


def sphere(n: int, seed: int) -> tuple[np.ndarray, list[Observable]]:
    rng = np.random.default_rng(seed)
    c, phi = rng.uniform(-1, 1, n), rng.uniform(-np.pi, np.pi, n)
    s = np.sqrt(1 - c**2)
    z = np.column_stack([c + 0.02 * rng.normal(size=n), s * np.cos(phi), s * np.sin(phi)])
    return z, [
        Observable("cos_theta", c),
        Observable("phi", phi, TURN),
        Observable("noise", rng.normal(size=n)),
    ]


def test_sphere_is_named() -> None:
    z, observables = sphere(1000, 1)
    seen: list[tuple[int, int]] = []
    links = align(z, observables, indices=[0, 1], progress=lambda *a: seen.append(a))
    assert seen[-1] == (6, 6)
    by = {(k.latent, k.observable): k for k in links}
    polar, azimuth = by[0, "cos_theta"], by[1, "phi"]
    assert links[0] == polar
    assert polar.follows
    assert polar.spearman is not None
    assert polar.spearman.estimate.value > 0.99
    assert polar.monotone_r2 is not None
    assert polar.monotone_r2.value > 0.99
    assert polar.circular is None
    assert azimuth.follows
    assert azimuth.spearman is None
    assert azimuth.circular is not None
    assert azimuth.circular.estimate.value > 0.8
    assert not by[0, "noise"].follows
    assert not by[1, "noise"].follows
    assert not by[0, "phi"].follows
    assert json.loads(json.dumps(polar.to_json()))["name"] == "cos_theta"


def test_all_latents_recover_what_one_does_not() -> None:
    z, observables = sphere(4000, 2)
    found = {r.target: r.r2.value for r in recover(z, observables)}
    assert set(found) == {"cos_theta", "sin phi", "cos phi", "noise"}
    assert found["cos_theta"] > 0.99
    assert min(found["sin phi"], found["cos phi"]) > 0.98
    assert abs(found["noise"]) < 0.02
    assert recover(z, []) == []


def test_family_wise_false_alarms() -> None:
    """60 families of 6 independent pairs at alpha = 0.2: at most 20 % may hold an alarm; 3.3 sigma above
    is 37 %. And not none: Holm on independent pairs comes near alpha (P(no alarm at all) = 1e-5)."""
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        observables = [Observable(f"o{k}", rng.normal(size=120)) for k in range(2)]
        observables.append(Observable("angle", rng.uniform(0, TURN, 120), TURN))
        links = align(rng.normal(size=(120, 2)), observables, alpha=0.2)
        alarms += any(k.follows for k in links)
    assert 1 <= alarms <= 22


def test_holm_is_step_down_bonferroni() -> None:
    """Reject p_(k) while p_(k) <= alpha / (m - k + 1): the adjusted values say the same at every alpha."""
    p = np.random.default_rng(3).uniform(0, 0.2, size=8) ** 2
    adjusted = np.array(holm(list(p)))
    for alpha in np.linspace(0.001, 0.3, 300):
        rejected = np.zeros(8, bool)
        for place, k in enumerate(np.argsort(p)):
            if p[k] > alpha / (8 - place):
                break
            rejected[k] = True
        assert np.array_equal(adjusted <= alpha, rejected)
    assert holm([]) == []


def test_constant_observables_are_set_aside() -> None:
    x = np.linspace(0, 1, 200)
    kept, constant = usable(
        [
            Observable("m", 91.2 + 1e-13 * x),
            Observable("x", x),
            Observable("delta_phi", np.where(x > 0.5, np.pi, -np.pi), TURN),
        ]
    )
    assert [o.name for o in kept] == ["x"]
    assert constant == ["m", "delta_phi"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda z, o: align(z[:50], o), "fewer than the 100"),
        (lambda z, _: align(z, [Observable("c", np.ones(200))]), "constant"),
        (lambda z, _: align(z, [Observable("c", np.arange(9.0))]), "c has 9 rows"),
        (lambda z, o: align(z, o, alpha=1.5), "alpha = 1.5"),
        (lambda _, o: usable([o[0], o[0]]), "'cos_theta' is given twice"),
    ],
)
def test_bad_input_is_refused(call, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call(*sphere(200, 0))
