"""Is the bound what it says? A linear-Gaussian model, where the likelihood is known in closed form."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from hepsym.models.equivae import Settings
from hepsym.models.equivae.networks.likelihood import Bernoulli, Categorical, Gaussian
from hepsym.models.equivae.networks.network import Network, Pieces, divergence

SIGMA = 0.7


@pytest.fixture
def exact() -> tuple[Network, torch.Tensor, torch.Tensor, np.ndarray]:
    """A network whose q is the exact posterior of x = A r + W v + b + sigma noise, W with orthogonal columns.

    Then log p(x|r) = log N(x; A r + b, W W^T + sigma^2), and q(v|x, r) has precision 1 + |w|^2 / sigma^2.
    """
    settings = Settings(kind="vector", likelihood="gaussian", depth=0, invariant=3, equivariant=2)
    network = Network(settings, "vector", (5,), 2, 0).double()
    rng = np.random.default_rng(7)
    w = np.linalg.qr(rng.normal(size=(5, 2)))[0] * [1.3, 0.6]
    a, b = rng.normal(size=(5, 3)), rng.normal(size=5)
    precision = 1 + (w**2).sum(0) / SIGMA**2
    gain = (w / SIGMA**2 / precision).T  # mean of v = gain (x - A r - b)
    with torch.no_grad():
        decoder = network.decoder[0]
        decoder.weight.copy_(torch.tensor(np.hstack([a, w])))
        decoder.bias.copy_(torch.tensor(b))
        network.likelihood.log_sigma.fill_(math.log(SIGMA))
        network.posterior.of_features.weight.copy_(torch.tensor(np.vstack([gain, np.zeros((2, 5))])))
        network.posterior.of_features.bias.copy_(torch.tensor(np.hstack([-gain @ b, -np.log(precision)])))
        network.posterior.of_code.weight.copy_(torch.tensor(np.vstack([-gain @ a, np.zeros((2, 3))])))
    x, r = torch.tensor(rng.normal(size=(6, 5))), torch.tensor(rng.normal(size=(6, 2, 3)))
    covariance = w @ w.T + SIGMA**2 * np.eye(5)
    likelihood = np.array([
        [multivariate_normal.logpdf(x[i].numpy(), a @ r[i, c].numpy() + b, covariance) for c in range(2)]
        for i in range(6)
    ])  # fmt: skip
    return network, x, r, likelihood


def pieces_of(network: Network, x: torch.Tensor, r: torch.Tensor, draws: int) -> Pieces:
    noise = torch.randn((draws, len(x), 1, 2), generator=torch.Generator().manual_seed(2)).double()
    with torch.no_grad():
        return network.pieces(network.body(x), x, r, torch.zeros(r.shape[:2]), noise)


def test_the_bound_is_the_likelihood_where_q_is_exact(exact: tuple) -> None:
    """4000 draws, each row's spread sigma_L: 5 standard errors over 12 numbers, 1 in 140,000.

    The KL terms are 0.5 to 3 nats, 50 times that: one that is missing or doubled is caught.
    """
    network, x, r, likelihood = exact
    pieces = pieces_of(network, x, r, 4000)
    error = 5 * 2.0 / math.sqrt(4000)
    bound = pieces.bound.numpy()
    assert np.abs(bound - likelihood).max() < error
    kl = pieces.kl.sum(-1).numpy()
    assert kl.min() > 2 * error
    for wrong in (bound + kl, bound - kl):
        assert (np.abs(wrong - likelihood) > error).all()


def test_the_importance_bound_is_exact_for_any_number_of_draws(exact: tuple) -> None:
    network, x, r, likelihood = exact
    for draws in (1, 3):
        noise = torch.randn((draws, 6, 2, 2), generator=torch.Generator().manual_seed(5)).double()
        with torch.no_grad():
            found = network.importance_bound(network.body(x), x, r, noise).numpy()
        np.testing.assert_allclose(found, likelihood, rtol=1e-12)


def test_the_bound_is_below_the_likelihood_where_q_is_wrong(exact: tuple) -> None:
    network, x, r, likelihood = exact
    with torch.no_grad():
        network.posterior.of_features.bias[:2] += 0.5
    loose = pieces_of(network, x, r, 4000).bound.numpy()
    # KL(q || exact posterior) = 1/2 sum precision 0.5^2, in each of the rows.
    precision = np.exp(-network.posterior.of_features.bias[2:].detach().numpy())
    np.testing.assert_allclose(likelihood - loose, 0.5 * 0.25 * precision.sum(), atol=0.25)


def test_the_divergence_is_that_of_torch() -> None:
    mean, log_var = torch.tensor([[0.0, 1.5]]), torch.tensor([[0.3, -2.0]])
    q = torch.distributions.Normal(mean, (0.5 * log_var).exp())
    wanted = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(divergence(mean, log_var), wanted)


# Likelihoods ------------------------------------------------------------------------------------


def test_a_bernoulli_s_probabilities_sum_to_one() -> None:
    f = torch.tensor([0.4, -1.2, 3.0], dtype=torch.float64)
    pictures = torch.tensor([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]).double()
    assert float(Bernoulli().log_prob(f, pictures).exp().sum()) == pytest.approx(1, abs=1e-14)
    torch.testing.assert_close(Bernoulli().target(torch.tensor([[0.2, 0.9]])), torch.tensor([[0.0, 1.0]]))


def test_a_categorical_s_probabilities_sum_to_one() -> None:
    parameters = torch.randn(6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    model = Categorical(3)
    pictures = torch.tensor([[a, b] for a in range(3) for b in range(3)])
    assert float(model.log_prob(parameters, pictures).exp().sum()) == pytest.approx(1, abs=1e-14)
    assert model.target(torch.tensor([[0.5, 1.0]])).tolist() == [[1, 2]]


def test_a_gaussian_is_scipy_s() -> None:
    model = Gaussian().double()
    x, f = torch.tensor([0.1, -2.0]).double(), torch.tensor([0.4, 0.3]).double()
    wanted = multivariate_normal.logpdf(x.numpy(), f.numpy(), 0.09)
    with torch.no_grad():
        assert float(model.log_prob(f, x)) == pytest.approx(wanted, rel=1e-6)  # sigma began in float32
        assert float(model.sigma) == pytest.approx(0.3)


@pytest.mark.parametrize("model", [Bernoulli(), Categorical(4), Gaussian()], ids=lambda m: m.name)
def test_the_mean_is_that_of_draws(model: Bernoulli | Categorical | Gaussian) -> None:
    """40,000 draws of 3 features: 4.5 standard errors, 1 in 50,000 each."""
    drawn = torch.Generator().manual_seed(9)
    parameters = torch.randn(3 * model.per_feature, generator=drawn)
    with torch.no_grad():
        draws = model.draw(parameters.expand(40_000, -1), drawn)
        error = 4.5 * draws.std(0) / 200
        assert (torch.abs(draws.mean(0) - model.mean(parameters)) < error).all()
