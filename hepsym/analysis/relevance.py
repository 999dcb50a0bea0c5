"""How much does each latent matter? Every natural definition, each with its standard error.

"Relevance" has no agreed formula, so all are computed and the reader is told which one is shown.
With q(z|x) = N(mu(x), sigma^2(x)) and prior N(0, 1), per latent i and over events x:

    variance             Var_x[mu_i]                      spread of the code (Burda et al., arXiv:1509.00519)
    variance_over_noise  Var_x[mu_i] / E_x[sigma_i^2]     signal over noise
    kl                   E_x[KL_i], in nats               (mu^2 + sigma^2 - 1 - log sigma^2) / 2
    one_minus_noise      1 - E_x[sigma_i^2]               0 where the posterior is the prior
    ablation             E_x[loss without i - loss]       in units of the reconstruction loss
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.door import matrix, same_length
from hepsym.analysis.estimate import Estimate, mean, quantity
from hepsym.errors import InputError

__all__ = ["COUNTING_RULES", "DEFINITIONS", "Count", "Rule", "count", "counts_by_rule", "relevances"]

DEFINITIONS: Mapping[str, str] = {
    "variance": "Var[mu_i], the spread of the mean code over events",
    "variance_over_noise": "Var[mu_i] / E[sigma_i^2], signal over noise",
    "kl": "E[KL_i] in nats, the information kept about an event",
    "one_minus_noise": "1 - E[sigma_i^2], 0 where the posterior is the prior",
    "ablation": "rise of the reconstruction loss when z_i is fixed to its mean",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A latent is relevant when the relevance of this definition exceeds the threshold."""

    definition: str
    threshold: float
    words: str


COUNTING_RULES: Mapping[str, Rule] = {
    "kl": Rule("kl", 0.1, "mean KL above 0.1 nat"),
    "variance": Rule("variance", 0.01, "Var[mu] above 0.01 (active units, arXiv:1509.00519)"),
    "variance_over_noise": Rule("variance_over_noise", 1.0, "Var[mu] above E[sigma^2] (signal above noise)"),
}
"""Three explicit rules. They can differ: the count depends on the rule, so the rule is always named."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many latents pass a rule, and how many would at value -/+ 2 errors."""

    value: int
    low: int
    high: int
    indices: tuple[int, ...]
    """The latents that pass, most relevant first."""


def relevances(
    mu: ArrayLike, log_var: ArrayLike, ablation_rise: ArrayLike | None = None
) -> dict[str, list[Estimate]]:
    """Every definition for every latent: {definition: L estimates}.

    mu, log_var (n, L) of events not used in training; ablation_rise (n, L), optional: per event,
    the reconstruction loss with latent i fixed minus the loss with all. Errors are analytic, first
    order in 1/n, from influence functions; they do not contain the spread over trainings (see
    `hepsym.analysis.plateau`). InputError: other shapes, values not finite, fewer than 4 events.
    """
    m, lv = matrix(mu, "mu"), matrix(log_var, "log_var")
    if m.shape != lv.shape:
        raise InputError(f"mu {m.shape} and log_var {lv.shape} must have one shape")
    found = _gaussian_relevances(m, lv)
    if ablation_rise is not None:
        rise = matrix(ablation_rise, "ablation_rise")
        same_length(mu=m, ablation_rise=rise)
        if rise.shape != m.shape:
            raise InputError(f"ablation_rise {rise.shape} and mu {m.shape} must have one shape")
        found["ablation"] = [mean(column) for column in rise.T]
    return found


def _gaussian_relevances(mu: NDArray[np.float64], log_var: NDArray[np.float64]) -> dict[str, list[Estimate]]:
    with np.errstate(over="ignore", under="ignore"):
        noise = np.exp(log_var)
    if not np.isfinite(noise).all() or (noise.mean(axis=0) == 0).any():
        raise InputError(
            f"log_var spans {log_var.min():g} .. {log_var.max():g}, whose exponential is no float: "
            "the encoder has diverged"
        )
    n = len(mu)
    squared = (mu - mu.mean(axis=0)) ** 2
    variance, level = squared.sum(axis=0) / (n - 1), noise.mean(axis=0)
    ratio_influence = (squared - variance) / level - variance / level**2 * (noise - level)
    kl = 0.5 * (mu**2 + noise - 1.0 - log_var)
    latents = range(mu.shape[1])
    return {
        "variance": [quantity(variance[i], squared[:, i]) for i in latents],
        "variance_over_noise": [quantity(variance[i] / level[i], ratio_influence[:, i]) for i in latents],
        "kl": [mean(kl[:, i]) for i in latents],
        "one_minus_noise": [quantity(1.0 - level[i], noise[:, i]) for i in latents],
    }


def count(found: Mapping[str, list[Estimate]], rule: str = "kl") -> Count:
    """How many latents are relevant by one of COUNTING_RULES, with the interval at -/+ 2 errors.

    InputError for a rule that does not exist.
    """
    if rule not in COUNTING_RULES:
        raise InputError(f"no counting rule {rule!r}: choose one of {', '.join(COUNTING_RULES)}")
    chosen = COUNTING_RULES[rule]
    estimates = found[chosen.definition]
    order = sorted(range(len(estimates)), key=lambda i: -estimates[i].value)
    passing = tuple(i for i in order if estimates[i].value > chosen.threshold)
    low = sum(e.value - 2 * e.error > chosen.threshold for e in estimates)
    high = sum(e.value + 2 * e.error > chosen.threshold for e in estimates)
    return Count(len(passing), low, high, passing)


def counts_by_rule(mu: ArrayLike, log_var: ArrayLike) -> dict[str, int]:
    """The count by each of COUNTING_RULES, for one model: {rule: latents that pass}."""
    found = relevances(mu, log_var)
    return {rule: count(found, rule).value for rule in COUNTING_RULES}
