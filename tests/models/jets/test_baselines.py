"""What the Lorentz group autoencoder has to beat: same interface, latents counted, each as good as it
says."""

import numpy as np
import pytest
import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.jets import (
    CNNAE,
    GNNAE,
    LGAE,
    CNNAEOptions,
    GNNAEOptions,
    HardestParticles,
    JetAutoencoder,
    JetMLP,
    JetMLPOptions,
    LGAEOptions,
    LGATrAutoencoder,
    LGATrOptions,
    LinearAutoencoder,
)
from hepsym.models.jets.baselines.cnnae import images
from hepsym.models.jets.relative import from_flow, relative, to_flow
from hepsym.models.jets.slots import ordered, principal_maps
from hepsym.models.lorentz import check_equivariance


def learned() -> dict[str, JetAutoencoder]:
    return {
        "jetvae": JetMLP(JetMLPOptions(latent=6, hidden=32)),
        "plain": JetMLP(JetMLPOptions(latent=6, hidden=32, beta=0.0)),
        "jet level": GNNAE(GNNAEOptions(latent=6, width=8, messages=8)),
        "particle level": GNNAE(GNNAEOptions(latent=2, level="particle", width=8, messages=8)),
        "cnnae": CNNAE(CNNAEOptions(latent=6, channels=8)),
        "lgae": LGAE(LGAEOptions(latent_vectors=3, scalars=6, hidden=12)),
    }


@pytest.mark.parametrize("name", list(learned()))
def test_models_keep_one_interface_and_learn(jets: Tensor, name: str) -> None:
    model = learned()[name]
    model.check(jets)
    model.learn(jets)
    latent = model.encode(jets)
    assert latent.shape == (len(jets), model.latent_numbers)
    assert latent.dtype == torch.float64
    out = model(jets)
    assert out.shape == (len(jets), 30, 4)
    assert torch.isfinite(out).all()
    beyond, rounding = out[..., 0] - out[..., 1:].norm(dim=-1), 1e-6 * out.abs().max()
    assert (beyond >= -rounding).all()
    if name != "lgae":  # whose particles are time-like, the others' massless
        assert (beyond <= rounding).all()
    generator = torch.Generator().manual_seed(1)
    before = model.loss(jets, generator=generator).mean().item()
    adam = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(30):
        adam.zero_grad()
        model.loss(jets, generator=generator).mean().backward()
        adam.step()
    assert model.loss(jets, generator=generator).mean().item() < before
    assert all(p.grad is not None and (p.grad != 0).any() for p in model.parameters())


def test_lgatr_s_network_as_a_peer(jets: Tensor) -> None:
    """Skipped without the package; equivariant to a float32's rounding through its own layers."""
    pytest.importorskip("lgatr")
    model = LGATrAutoencoder(LGATrOptions(latent_vectors=3, vectors=4, scalars=8, heads=2)).double()
    assert model.encode(jets).shape == (len(jets), model.latent_numbers) == (len(jets), 16)
    torch.testing.assert_close(model.decode(model.encode(jets)), model(jets), rtol=1e-6, atol=1e-5)
    many = jets[(jets != 0).any(-1).sum(1) > 2]  # symmetric pairs decode to nothing but rounding
    report = check_equivariance(model, many, rapidities=(1.0,), bounds={"boost 1": 1e-11, "rotations": 1e-11,
                                "padding": 1e-11, "permutation": 1e-11})  # fmt: skip
    assert report, str(report)
    model.loss(jets).mean().backward()
    assert model.places.grad is not None
    assert (model.places.grad != 0).all()


def test_the_linear_autoencoder_is_equivariant_and_best_among_linear_maps(jets: Tensor) -> None:
    many = jets[(jets != 0).any(-1).sum(1) > 2]
    model = LinearAutoencoder(30, 5)
    model.learn(many)
    report = check_equivariance(model, many, bounds={"parity": 1e-13})
    assert report, str(report)
    x = ordered(many, "invariant", 30)
    from hepsym.models.lorentz import rest_frame

    x = rest_frame(x)[0]
    second = torch.einsum("nsx,ntx->st", x, x) / len(x)

    def lost(encode: Tensor, decode: Tensor) -> float:
        return float((x - decode @ (encode @ x)).square().sum((1, 2)).mean())

    best = lost(model.encoder, model.decoder)
    values = torch.linalg.eigvalsh(second)
    assert abs(best - float(values[:-5].sum())) < 1e-12  # the discarded eigenvalues
    kept_sum = principal_maps(second, 5, keep_sum=True)
    assert (kept_sum[0][0] == 1).all()
    rng = torch.Generator().manual_seed(2)
    with_sum = lost(*kept_sum)
    assert with_sum >= best
    for _ in range(20):  # no other encoder with that row does better, its decoder being the best for it
        encode = kept_sum[0].clone()
        encode[1:] += 0.1 * torch.randn(4, 30, generator=rng, dtype=torch.float64)
        decode = second @ encode.T @ torch.linalg.inv(encode @ second @ encode.T)
        assert lost(encode, decode) > with_sum


def test_all_slots_kept_lose_nothing(jets: Tensor) -> None:
    model = LinearAutoencoder(30, 30, order="given")
    model.learn(jets)
    torch.testing.assert_close(model(jets), jets, rtol=0, atol=1e-8)


def test_the_hardest_keep_the_jet_exactly(jets: Tensor) -> None:
    model = HardestParticles(30, 5)
    assert model.latent_numbers == 16
    found = model(jets)
    torch.testing.assert_close(found.sum(1), jets.sum(1), rtol=1e-13, atol=1e-10)
    by_pt = ordered(jets, "pt", 30)
    torch.testing.assert_close(found[:, :4], by_pt[:, :4])
    assert HardestParticles(30, 1).encode(jets).shape == (len(jets), 4)


def test_flow_coordinates_go_there_and_back(jets: Tensor) -> None:
    flow, axis = to_flow(jets, 30)
    torch.testing.assert_close(from_flow(flow, axis), ordered(jets, "pt", 30), rtol=1e-12, atol=1e-9)
    features, _ = relative(jets)
    total = jets.sum(1)
    weighted = (features[..., 2] * torch.cos(features[..., 1])).sum(1)
    torch.testing.assert_close(weighted, torch.ones_like(weighted))  # p_T along the axis adds up
    torch.testing.assert_close(axis[:, 0], total[:, 1:3].norm(dim=1))


def test_images_hold_the_energy_inside(jets: Tensor) -> None:
    image, _ = images(jets, 40, 0.4)
    features, _ = relative(jets)
    inside = (features[..., :2].abs() < 0.4).all(-1)
    torch.testing.assert_close(image.sum((1, 2)), (features[..., 2] * inside).sum(1))
    one = images(jets[:1], 2, 0.4)[0][0]
    up = features[0, :, 0] >= 0
    left = features[0, :, 1] < 0
    assert np.isclose(float(one[1, 0]), float((features[0, :, 2] * (up & left & inside[0])).sum()))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LinearAutoencoder(30, 31), "from 1 to 30"),
        (lambda: LinearAutoencoder(30, 3, order="eta"), "not one of"),
        (lambda: LinearAutoencoder(30, 3, metric="lab"), "not one of"),
        (lambda: HardestParticles(30, 0), "from 1 to 30"),
        (lambda: HardestParticles(30, 3, order="eta"), "not one of"),
        (lambda: GNNAEOptions(level="event"), "not one of"),
    ],
)
def test_sizes_that_cannot_be_are_refused(make: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()  # type: ignore[operator]
