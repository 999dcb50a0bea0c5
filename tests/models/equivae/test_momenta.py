"""Jets in their rest frame: nothing but v notices a Lorentz transformation, and v turns with it."""

import numpy as np
import pytest
import torch

from hepsym.errors import InputError
from hepsym.models.equivae import EquiVAE, Settings, rest_rows, space_rotations
from hepsym.models.equivae.networks.momenta import MomentaBody
from hepsym.models.equivae.networks.network import Network

RNG = np.random.default_rng(4)
SMALL = {
    "kind": "momenta",
    "likelihood": "gaussian",
    "equivariant": 6,
    "invariant": 4,
    "set_size": 4,
    "width": 16,
    "epochs": 2,
    "batch": 24,
}


def jets(n: int, particles: int = 6, *, seed: int = 4) -> np.ndarray:
    """Massless momenta (n, particles, 4), the last slot of every other jet empty, moving along z."""
    p = np.random.default_rng(seed).normal(size=(n, particles, 3))
    p[..., 2] += 3
    p[::2, -1] = 0
    return np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], axis=2)


def boost(eta: float, axis: np.ndarray) -> np.ndarray:
    out = np.eye(4)
    out[0, 0] = np.cosh(eta)
    out[0, 1:] = out[1:, 0] = np.sinh(eta) * axis
    out[1:, 1:] += (np.cosh(eta) - 1) * np.outer(axis, axis)
    return out


def rest(p: np.ndarray) -> np.ndarray:
    """The pure boosts (n, 4, 4) to the rest frames of momenta p (n, 4)."""
    length = np.linalg.norm(p[:, 1:], axis=1)
    rapidity = np.arctanh(length / p[:, 0])
    return np.stack([boost(-y, q) for y, q in zip(rapidity, p[:, 1:] / length[:, None], strict=True)])


JETS = jets(64)
AXIS = np.array([0.6, 0.0, -0.8])
MOVED = JETS @ boost(1.5, AXIS).T
TOTAL = JETS.sum(1)
WIGNER = rest(MOVED.sum(1)) @ boost(1.5, AXIS) @ np.linalg.inv(rest(TOTAL))
"""What the boost is in the rest frames."""


def test_a_boost_is_a_rotation_in_the_rest_frame() -> None:
    np.testing.assert_allclose(WIGNER[:, 0], np.tile([1, 0, 0, 0], (64, 1)), atol=1e-12)
    assert np.abs(WIGNER[:, 1:, 1:] - np.eye(3)).max() > 0.1
    there, moved = rest_rows(JETS), rest_rows(MOVED)
    np.testing.assert_allclose(there.sum(1), 0, atol=1e-14)
    np.testing.assert_allclose(np.linalg.norm(there, axis=2).sum(1), 1, atol=1e-14)
    np.testing.assert_allclose(moved, np.einsum("nij,npj->npi", WIGNER[:, 1:, 1:], there), atol=1e-13)
    mass = np.sqrt(TOTAL[:, 0] ** 2 - (TOTAL[:, 1:] ** 2).sum(1))
    np.testing.assert_allclose(rest_rows(JETS, gev=True), there * mass[:, None, None], rtol=1e-12)


def test_the_mass_is_one_invariant_beside_the_shape() -> None:
    """float64, untrained: vectors that are carried do not know the unit, of r and q(y|x) one input does."""
    torch.manual_seed(3)
    body = MomentaBody((6, 3), 16).double()
    x = torch.from_numpy(rest_rows(JETS, gev=True)).flatten(1)
    pooled = []
    body.whole.register_forward_pre_hook(lambda _, given: pooled.append(given[0].detach()))
    with torch.no_grad():
        here, there = body(x), body(3 * x)
    torch.testing.assert_close(here[:, 16:], there[:, 16:], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(pooled[0][:, :-1], pooled[1][:, :-1], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(pooled[1][:, -1] - pooled[0][:, -1], torch.full((64,), np.log(3.0)).double())
    assert float((here - there).abs().max()) > 1e-3


def test_r_and_answers_stay_and_v_turns() -> None:
    """float32 networks: 1e-4; what is no rotation changes r."""
    y = np.arange(64) % 2
    model = EquiVAE(**SMALL).fit(rest_rows(JETS), y)
    x, moved = rest_rows(JETS), rest_rows(MOVED)
    np.testing.assert_allclose(model.transform(moved)[0], model.transform(x)[0], atol=1e-4)
    v, v_moved = (model.transform(part, y)[1].reshape(64, -1, 3) for part in (x, moved))
    np.testing.assert_allclose(v_moved, np.einsum("nij,nvj->nvi", WIGNER[:, 1:, 1:], v), atol=1e-4)
    assert np.abs(v_moved - v).max() > 1e-2
    stretched = x * [1.0, 1.0, 2.0]
    assert np.abs(model.transform(stretched)[0] - model.transform(x)[0]).max() > 1e-2
    order = RNG.permutation(6)
    np.testing.assert_allclose(model.transform(x[:, order])[0], model.transform(x)[0], atol=1e-4)


def test_the_bound_knows_no_frame() -> None:
    """float64: log p(x|r, v) and KL at a draw of v, and at the turned draw of the turned jet, to 1e-10."""
    settings = Settings(**SMALL)
    torch.manual_seed(1)
    network = Network(settings, "momenta", (6, 3), 2, 0).double()
    r = torch.randn(64, 1, 4, dtype=torch.float64)
    turn = torch.from_numpy(WIGNER[:, 1:, 1:])
    noise = torch.randn(3, 64, 1, 6, dtype=torch.float64)
    turned = torch.einsum("nij,snvj->snvi", turn, noise.view(3, 64, 2, 3)).reshape(noise.shape)
    found = []
    for p, drawn in ((JETS, noise), (MOVED, turned)):
        x = torch.from_numpy(rest_rows(p)).flatten(1)
        found.append(network.pieces(network.body(x), x, r, torch.zeros(64, 1).double(), drawn))
    here, there = found
    torch.testing.assert_close(here.bound, there.bound, rtol=1e-10, atol=1e-10)
    mean = torch.einsum("nij,nvj->nvi", turn, here.mean.view(64, 2, 3)).reshape(64, 1, 6)
    torch.testing.assert_close(there.mean, mean, rtol=1e-10, atol=1e-10)


def test_haar_rotations_are_rotations() -> None:
    """R R^T = 1, det 1, rho the same map; entries of mean 0 and mean square 1/3 within 5 standard errors."""
    action = space_rotations()
    g = action.draw(3000, torch.Generator().manual_seed(2)).view(-1, 3, 3)
    torch.testing.assert_close(g @ g.mT, torch.eye(3).expand(3000, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(g), torch.ones(3000), atol=1e-5, rtol=0)
    assert float(g.mean(0).abs().max()) < 5 / np.sqrt(3 * 3000)
    assert float((g.square().mean(0) - 1 / 3).abs().max()) < 5 * np.sqrt(4 / 45 / 3000)
    x = torch.randn(3000, 6, generator=torch.Generator().manual_seed(3))
    turned = action.apply(x, g.flatten(1))
    torch.testing.assert_close(turned, torch.einsum("nij,nvj->nvi", g, x.view(-1, 2, 3)).flatten(1))
    torch.testing.assert_close(turned, action.represent(x, g.flatten(1)))


def test_bad_input_is_one_clear_line() -> None:
    with pytest.raises(InputError, match="give \\(jets, particles, 4\\)"):
        rest_rows(np.ones((3, 4)))
    with pytest.raises(InputError, match="jet 1 has no rest frame"):
        one = JETS[:3].copy()
        one[1, 1:] = 0
        rest_rows(one)
    with pytest.raises(InputError, match="equivariant = 8 must be a multiple of 3"):
        Settings(kind="momenta")
    with pytest.raises(InputError, match="likelihood = 'bernoulli' is none of momenta"):
        Settings(kind="momenta", equivariant=6, likelihood="bernoulli")
    with pytest.raises(InputError, match="momenta are \\(n, particles, 3\\)"):
        EquiVAE(**SMALL).fit(JETS, np.arange(64) % 2)
