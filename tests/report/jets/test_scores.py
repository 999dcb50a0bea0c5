"""What a jet's strangeness is measured by: errors in two frames, distances from what is usual."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import mahalanobis

from hepsym.models.jets import HardestParticles, JetAutoencoder, LinearAutoencoder, jet_loss
from hepsym.models.lorentz import rest_frame
from hepsym.report.jets.scores import (
    FAMILIES,
    Seen,
    Usual,
    features,
    heaviness,
    lab_errors,
    rest_frame_error,
    scores,
    seen,
    small_for_mass,
)


def jets(n: int, seed: int) -> torch.Tensor:
    """(n, 8, 4), GeV: collimated, massless, by falling p_T."""
    rng = np.random.default_rng(seed)
    pt = 1000 * np.sort(rng.dirichlet(np.full(8, 0.7), n), axis=1)[:, ::-1]
    eta, phi = rng.normal(0.5, 0.1, (n, 8)), rng.normal(2.0, 0.1, (n, 8))
    p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)
    return torch.from_numpy(p)


def test_errors_in_the_rest_frame_are_the_losses() -> None:
    true, found = jets(5, 1), jets(5, 2)
    x, frame = rest_frame(true)
    wanted = jet_loss("chamfer", x, x, torch.ones(5, 8, dtype=torch.bool))
    np.testing.assert_allclose(rest_frame_error(true.numpy(), true, "chamfer"), wanted, atol=1e-20)
    there = frame.leave(2 * x).numpy()  # twice the jet: its error is the jet itself
    np.testing.assert_allclose(
        rest_frame_error(there, true, "mse-as-given"), x.square().sum((1, 2)), rtol=1e-9
    )
    assert (rest_frame_error(found.numpy(), true, "mse-as-given") > 1e-3).all()


def test_errors_in_the_lab_by_hand() -> None:
    """One particle of three quarters of the p_T moved by 0.05 in phi: (0.75 * 0.5)^2, twice in Chamfer."""
    share, eta = np.array([0.75, 0.25]), np.zeros(2)

    def flow(phi: np.ndarray) -> np.ndarray:
        return 100 * np.stack([share, share * np.cos(phi), share * np.sin(phi), eta], -1)[None]

    true = flow(np.array([0.0, 0.0]))
    chamfer, squared = lab_errors(flow(np.array([0.05, 0.0])), true)
    np.testing.assert_allclose(squared, 0.375**2, rtol=1e-12)
    np.testing.assert_allclose(chamfer, 2 * 0.375**2, rtol=1e-12)
    np.testing.assert_allclose(np.concatenate(lab_errors(true[:, ::-1], true)), 0, atol=1e-30)


def test_distances_are_mahalanobis_and_leave_out_directions_of_no_width() -> None:
    rng = np.random.default_rng(3)
    known = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3))
    inverse = np.linalg.inv(np.cov(known, rowvar=False))
    wanted = [mahalanobis(x, known.mean(0), inverse) ** 2 for x in known[:5]]
    np.testing.assert_allclose(Usual.of(known).distance(known[:5]), wanted)
    flat = np.column_stack([known, np.full(400, 7.0)])
    np.testing.assert_allclose(Usual.of(flat).distance(flat[:5]), wanted, rtol=1e-6)


def test_an_error_is_small_for_its_mass() -> None:
    """Training errors on a parabola of log m / p_T: 0 on it, log 2 for half the error, whatever the mass."""
    log_weight = np.linspace(-3, -1, 41)
    usual = np.exp(0.3 - 0.5 * log_weight + 0.2 * log_weight**2)

    def told(share: float) -> Seen:
        return Seen(np.zeros((41, 1)), {"chamfer": share * usual}, np.exp(log_weight))

    np.testing.assert_allclose(small_for_mass(told(0.5), told(1.0), "chamfer"), np.log(2), atol=1e-6)
    np.testing.assert_allclose(small_for_mass(told(1.0), told(1.0), "chamfer"), 0, atol=1e-6)
    heavy = heaviness(told(1.0), told(1.0))
    np.testing.assert_allclose(heavy, (2 + (log_weight + 2) / log_weight.std()).clip(0))
    assert heavy[0] > 0 == heaviness(Seen(np.zeros((1, 1)), {}, np.exp(np.array([-4.0]))), told(1.0))[0]


@pytest.mark.parametrize("make", [lambda: LinearAutoencoder(8, 3), lambda: HardestParticles(8, 4)])
def test_invariants_do_not_move_with_the_jet(make: type[JetAutoencoder]) -> None:
    """Rotated about the beam a jet has the same scores; a jet that is unlike the others has larger ones."""
    model, known = make(), jets(300, 4)
    model.learn(known)
    usual, some = seen(model, known), known[:20]
    turn = torch.eye(4, dtype=torch.float64)
    turn[1, 1] = turn[2, 2] = np.cos(1.0)
    turn[1, 2], turn[2, 1] = -np.sin(1.0), np.sin(1.0)
    here, there = scores(seen(model, some), usual), scores(seen(model, some @ turn.T), usual)
    for name, values in here.items():
        np.testing.assert_allclose(there[name], values, rtol=1e-6, atol=1e-12, err_msg=name)
    turn[1, 1] = turn[2, 2] = np.cos(0.5)
    turn[1, 2], turn[2, 1] = -np.sin(0.5), np.sin(0.5)
    strange = some.clone()
    strange[:, 1::2] = strange[:, 1::2] @ turn.T  # every other particle goes half a radian away
    apart = scores(seen(model, strange), usual)["latents, Mahalanobis"]
    assert np.median(apart) > 1.5 * np.median(here["latents, Mahalanobis"])
    assert {features(usual, of).shape[0] for of in FAMILIES} == {300}
