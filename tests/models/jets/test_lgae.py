"""The Lorentz group autoencoder: equivariant end to end, no dead parameter, latents that count and are
counted."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.jets import LGAE, LOSSES, LGAEOptions
from hepsym.models.jets.lgae import kl_per_latent
from hepsym.models.jets.lgae_parts import timelike
from hepsym.models.jets.losses import IN_LAB
from hepsym.models.lorentz import AGGREGATIONS, check_equivariance, rest_frame

SMALL = LGAEOptions(latent_vectors=4, latent_scalars=2, scalars=6, vectors=2, channels=2, hidden=12)


def everything(model: LGAE, p: Tensor) -> tuple[Tensor, ...]:
    """Reconstruction, latent vectors, latent scalars, loss: all that a user sees, from momenta in GeV."""
    latent = model.latent(p)
    return model(p), latent.four_vectors(), latent.scalars, model.loss(p)


KINDS = ("vectors", "vectors", "scalars", "scalars")


def made(options: LGAEOptions, jets: Tensor, steps: int = 0) -> LGAE:
    model = LGAE(options).double()
    model.learn(jets)
    adam = torch.optim.Adam(model.parameters(), 2e-3)
    for _ in range(steps):
        adam.zero_grad()
        model.loss(jets).mean().backward()
        adam.step()
    return model


@pytest.fixture
def many(jets: Tensor) -> Tensor:
    """Jets of three particles and more: of two, no invariant says which is first."""
    return jets[(jets != 0).any(-1).sum(1) > 2]


@pytest.mark.parametrize("steps", [0, 20], ids=["untrained", "trained"])
@pytest.mark.parametrize("variant", ["ordered", "attention", "complex"])
def test_equivariance_from_end_to_end(jets: Tensor, variant: str, steps: int) -> None:
    """1e-13 at rapidity 1, 1e-7 at rapidity 10, rotations 1e-13; normalisation, latents and loss included.

    Jets of two particles are among them: no invariant says which of the two is first.
    """
    assert ((jets != 0).any(-1).sum(1) == 2).any()
    changes = {"ordered": {}, "attention": {"attention": True}, "complex": {"complex_maps": True}}
    model = made(replace(SMALL, **changes[variant]), jets, steps)
    report = check_equivariance(
        lambda p: everything(model, p), jets, kinds=KINDS, rapidities=(1.0, 10.0), bounds={"parity": 1e-13}
    )
    assert report, str(report)


def test_mix_trained_in_the_lab_commutes_with_the_group(many: Tensor) -> None:
    """The loss knows the frame and the order the beam; the function that is trained does not."""
    model = made(replace(SMALL, aggregation="mix", loss=IN_LAB), many, 20)

    def latents_too(p: Tensor) -> tuple[Tensor, ...]:
        latent = model.latent(p)
        return model(p), latent.four_vectors(), latent.scalars

    bounds = {"permutation": torch.inf}
    kinds = ("vectors", "vectors", "scalars")
    report = check_equivariance(latents_too, many, kinds=kinds, rapidities=(1.0, 10.0), bounds=bounds)
    assert report, str(report)
    assert report.permutation > 1e-3


def test_equivariance_in_float32(many: Tensor) -> None:
    """1e-3 at rapidity 3; momenta are float64 as everywhere in hepsym, the network is float32."""
    model = made(SMALL, many, 10).float()
    bounds = {"boost 3": 1e-3, "rotations": 1e-4, "permutation": 1e-4, "padding": 1e-4, "parity": 1e-4}
    report = check_equivariance(
        lambda p: everything(model, p), many, kinds=KINDS, rapidities=(3.0,), bounds=bounds
    )
    assert report, str(report)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_every_parameter_is_alive(jets: Tensor, aggregation: str) -> None:
    """Every single number of every parameter has a gradient on some jets."""
    model = made(replace(SMALL, aggregation=aggregation, particles=30), jets)
    model.loss(jets).mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert (parameter.grad != 0).all(), f"{name}: {int((parameter.grad == 0).sum())} dead"


@pytest.mark.parametrize("options", [{"attention": True}, {"complex_maps": True}, {"variational": True}])
def test_every_parameter_of_the_options_is_alive(jets: Tensor, options: dict[str, bool]) -> None:
    model = made(replace(SMALL, **options), jets)
    model.loss(jets, generator=torch.Generator().manual_seed(1)).mean().backward()
    dead = [n for n, p in model.named_parameters() if p.grad is None or not (p.grad != 0).all()]
    assert not dead


def test_every_latent_number_is_used(many: Tensor) -> None:
    """Changing any one changes the jet: the public code's scalars changed it by exactly 0."""
    model = made(SMALL, many)
    latent = model.encode(many).detach()
    assert latent.shape == (len(many), model.latent_numbers) == (len(many), 18)
    assert model.compression == 18 / 90
    before = model.decode(latent)
    for i in range(model.latent_numbers):
        changed = latent.clone()
        changed[:, i] += 0.1 * changed[:, i].abs().mean() + 1e-3
        assert ((model.decode(changed) - before).abs().amax((1, 2)) > 0).all(), i


def test_latents_are_all_that_the_decoder_sees(many: Tensor) -> None:
    model = made(SMALL, many)
    size = many.abs().amax()
    assert (model.decode(model.encode(many)) - model(many)).abs().max() / size < 1e-9


def test_padding_and_width(jets: Tensor) -> None:
    """The same jet in 30 or in 20 slots has the same latent; more particles than slots are refused."""
    model = made(SMALL, jets)
    short = jets[(jets != 0).any(-1).sum(1) <= 20]
    torch.testing.assert_close(model.encode(short), model.encode(short[:, :20]), rtol=1e-12, atol=1e-10)
    with pytest.raises(InputError, match="at most 20"):
        LGAE(replace(SMALL, particles=20)).latent(jets)


@pytest.mark.parametrize("loss", [*LOSSES, IN_LAB])
def test_training_lowers_each_loss(many: Tensor, loss: str) -> None:
    options = replace(SMALL, loss=loss, aggregation="mix" if loss == IN_LAB else "ordered")
    start, end = made(options, many), made(options, many, 8)
    assert end.loss(many).mean() < 0.95 * start.loss(many).mean()


def test_training_starts_at_the_closed_form(many: Tensor) -> None:
    """The linear path alone is the best linear map: with corrections off the loss is the linear one's."""
    from hepsym.models.jets.baselines.linear_ae import LinearAutoencoder, ordered
    from hepsym.models.jets.lgae_parts import balanced

    model = LGAE(replace(SMALL, loss="mse")).double()
    model.learn(many)
    with torch.no_grad():
        model.decoder.gates.weight.zero_()
        model.decoder.correct.weight.zero_()
        model.encoder.pooling.gates.weight.zero_()
        model.encoder.pooling.gates.bias.zero_()
        model.encoder.pooling.weight[..., 1:] = 0
    linear = LinearAutoencoder(30, 4, keep_sum=True)
    linear.learn(many)
    x = rest_frame(ordered(many, "invariant", 30))[0]
    wanted = (
        (balanced(timelike(10 * linear.decoder @ (linear.encoder @ x), SMALL.least_speed)) - x)
        .square()
        .sum((1, 2))
    )
    torch.testing.assert_close(model.loss(many), 100 * wanted)


def test_the_jet_s_momentum_is_kept(many: Tensor) -> None:
    """It is a latent, and the decoded particles sum to it: mass and p_T are exact. None is faster than
    light."""
    model = made(SMALL, many)
    found = model(many)
    size = many.sum(1).abs().amax(1)
    assert ((found.sum(1) - many.sum(1)).abs().amax(1) / size).max() < 1e-13
    tachyonic = (found[..., 1:].norm(dim=-1) - found[..., 0]).amax(1)
    assert (tachyonic / size).max() < 1e-14


@pytest.mark.parametrize("speed", [0.0, 0.7, 1.0])
def test_decoded_particles_keep_their_least_speed(speed: float) -> None:
    """Speeds from the least one to that of light; what is time-like keeps its energy, what is not its |p|.

    Where next to nothing is known of a direction, |v| < 0.3 of the excess, the speed may be less.
    """
    v = torch.randn(200, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    p = timelike(v, speed)
    length, fast = p[:, 1:].norm(dim=1), v[:, 1:].norm(dim=1)
    assert (length <= p[:, 0] * (1 + 1e-15)).all()
    known = fast > 0.3 * (p[:, 0] - fast)
    assert known.sum() > 100
    assert (length >= speed * p[:, 0] * (1 - 1e-15))[known].all()
    wanted = torch.maximum(v[:, 0], fast)
    assert ((p[:, 0] - wanted).abs() <= 0.005).all()
    torch.testing.assert_close(p[:, 1:] / length[:, None], v[:, 1:] / fast[:, None])
    at_rest = timelike(torch.tensor([[2.0, 1e-9, 0.0, 0.0]], dtype=torch.float64), speed)
    assert torch.equal(at_rest[:, 1:], torch.zeros(1, 3, dtype=torch.float64))


def test_a_direction_s_rounding_is_not_multiplied() -> None:
    """dp / dv is 1 + s / (0.1 (1 - s)) = 5.3 at most for s = 0.3, where it was s g / |v|: 300 in this one."""
    v = torch.tensor([8.0, 0.008, 0.0, 0.0], dtype=torch.float64)
    jacobian = torch.func.jacrev(lambda x: timelike(x, 0.3)[..., 1:])(v)
    assert torch.linalg.matrix_norm(jacobian[:, 1:], 2) < 5.4


def test_the_latent_distribution_is_moved_by_the_group(many: Tensor) -> None:
    """KL of each latent is an invariant; it is that of torch's own normals."""
    model = made(replace(SMALL, variational=True), many)

    def kl(p: Tensor) -> Tensor:
        x, frame = rest_frame(p)
        vectors, scalars, log_variances = model.encoder(x, frame.mass)
        assert log_variances is not None
        return kl_per_latent(vectors, scalars, log_variances)

    assert (report := check_equivariance(kl, many, kinds="scalars")), str(report)
    mean, log_variance = model.posterior(many)
    normal = torch.distributions.Normal
    wanted = torch.distributions.kl_divergence(
        normal(mean, torch.exp(0.5 * log_variance)), normal(torch.zeros_like(mean), torch.ones_like(mean))
    )
    torch.testing.assert_close(kl(many)[:, :3], wanted[:, :12].view(-1, 3, 4).sum(2))
    torch.testing.assert_close(kl(many)[:, 3:], wanted[:, 12:])
    with pytest.raises(InputError, match="variational"):
        made(SMALL, many).posterior(many)


def test_the_same_seed_gives_the_same_weights(jets: Tensor) -> None:
    state = torch.random.get_rng_state()
    first, second, other = LGAE(SMALL, seed=3), LGAE(SMALL, seed=3), LGAE(SMALL, seed=4)
    assert torch.equal(state, torch.random.get_rng_state())
    pairs = list(zip(first.state_dict().values(), second.state_dict().values(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(first.decoder.straight, other.decoder.straight)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aggregation": "max"}, "not one of"),
        ({"loss": "l1"}, "not one of"),
        ({"latent_vectors": 1}, "at least 2"),
        ({"particles": 0}, "at least 2"),
        ({"complex_maps": True, "vectors": 3}, "even"),
        ({"beta": -1.0}, "negative"),
    ],
)
def test_options_that_cannot_be_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        replace(SMALL, **change)
    assert "\n" not in str(caught.value)


@pytest.mark.gpu
@pytest.mark.parametrize("options", [{}, {"attention": True}, {"aggregation": "soft"}])
def test_cuda_agrees_with_the_cpu(many: Tensor, options: dict[str, object]) -> None:
    """Values to 1e-10 and gradients to 1e-8 in float64."""
    model = made(replace(SMALL, **options), many)
    model.loss(many).mean().backward()
    wanted = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    out = model(many).detach()
    model.zero_grad()
    model.cuda()
    torch.testing.assert_close(model(many.cuda()).detach().cpu(), out, rtol=1e-10, atol=1e-8)
    model.loss(many.cuda()).mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.grad.cpu(), wanted[name], rtol=1e-8, atol=1e-10)
