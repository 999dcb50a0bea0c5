"""What is minimised? Losses of a batch of labelled rows, and of rows without a label."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from hepsym.models.equivae.networks.codes import leave_one_out
from hepsym.models.equivae.networks.network import Network
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.action import Action
from hepsym.models.equivae.training.class_sets import Labelling, Supports

__all__ = ["ClassCodes", "Labelled", "action_loss", "class_codes", "labelled_loss", "unlabelled_loss"]


@dataclass(frozen=True, slots=True)
class ClassCodes:
    """r of every class for every row, and what is needed to charge for it."""

    r: Tensor
    """(b, classes, size)"""
    kl: Tensor
    """(b, classes): the row's share of KL(q(r|set) || N(0, 1))."""


def class_codes(
    network: Network, supports: Supports, embedded: Tensor, rows: Tensor, generator: torch.Generator,
    own: tuple[Tensor, Tensor] | None = None, *, mean_only: bool = False,
) -> ClassCodes:  # fmt: skip
    """The codes of all classes for rows (b,), each row left out of its class set.

    embedded (classes, s, e) of the supports; own: embeddings (b, e) and class numbers (b,) of rows to be
    let into their own class sets (ML-VAE, and the ablation). mean_only: no draw of a stochastic r.
    """
    sums, counts = leave_one_out(embedded, supports, rows)
    counts = counts.expand(sums.shape[:2])
    if own is not None:
        mask = functional.one_hot(own[1], sums.shape[1]).to(sums.dtype)
        sums = sums + mask[..., None] * own[0][:, None]
        counts = counts + mask
    mean, log_var = network.code.of_sums(sums, counts)
    share = network.code.divergence(mean, log_var) / counts
    if mean_only or not network.code.stochastic:
        return ClassCodes(mean, share)
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype).to(mean.device)
    return ClassCodes(mean + (0.5 * log_var).exp() * noise, share)


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a batch of labelled rows gives: its loss, and what else is learned from it."""

    loss: Tensor
    terms: dict[str, Tensor]
    v: Tensor
    """(b, dimensions): means of q(v|x, r) under the own class."""
    codes: Tensor
    """(b,) class numbers"""
    embedded: Tensor
    """(classes, s, e) of the supports"""
    x: Tensor
    """(b, D) features"""
    r: Tensor
    """(b, size) of the own class"""
    members: Tensor
    """(b, e): embeddings of the rows themselves"""


def labelled_loss(
    network: Network, x: Tensor, supports: Supports, sets: Labelling, settings: Settings,
    generator: torch.Generator, warmth: float = 1.0, move: Callable[[Tensor], Tensor] | None = None,
) -> Labelled:  # fmt: skip
    """The loss of the rows of `supports` among x (n, D); they are each other's class sets.

    warmth < 1 multiplies the KL terms in the loss, not in the terms that are told. move changes rows
    in ways that leave their class.

    Classes count by their shares of the labelled rows, however many rows of each are in the batch.
    """
    there = supports.there
    rows = supports.rows[there]
    codes = sets.codes[rows].to(x.device)
    batch = x[rows.to(x.device)] if move is None else move(x[rows.to(x.device)])
    features = network.body(batch)
    members = network.code.embed(features)
    embedded = members.new_zeros((*there.shape, members.shape[-1]))
    embedded[there.to(x.device)] = members
    joins = settings.self_included or network.code.stochastic
    found = class_codes(network, supports, embedded, rows, generator, (members, codes) if joins else None)
    logits = network.classifier(features)
    tried = codes[:, None]
    if settings.discriminative > 0:
        tried = torch.cat([tried, rivals(logits.detach(), codes, settings.rivals)], 1)
    pick = torch.arange(len(rows), device=x.device)[:, None]
    noise = torch.randn((1, len(rows), 1, network.dimensions), generator=generator).to(x)
    target = network.likelihood.target(batch)
    pieces = network.pieces(features, target, found.r[pick, tried], found.kl[pick, tried], noise)
    weight = (sets.shares / supports.sizes)[sets.codes[rows]].to(x)
    # A class that has no set here is no candidate.
    absent = (supports.sizes < 2 - joins)[tried.cpu()].to(x.device)
    bound = pieces.bound.masked_fill(absent, -torch.inf)
    terms = {
        "bound": weight @ bound[:, 0],
        "kl": weight @ pieces.kl[:, 0].sum(-1),
        "cross_entropy": weight @ functional.cross_entropy(logits, codes, reduction="none"),
    }
    given_back = (1 - warmth) * (weight @ (bound[:, 0] - pieces.log_likelihood[:, 0]))
    loss = given_back - terms["bound"] + settings.classification * terms["cross_entropy"]
    if settings.discriminative > 0:
        terms["discriminative"] = -weight @ functional.log_softmax(bound / settings.softness, 1)[:, 0]
        loss = loss + settings.discriminative * terms["discriminative"]
    if settings.prototype > 0:
        near = -(members[:, None] - found.r).square().sum(-1)
        near = near.masked_fill((supports.sizes < 2 - joins).to(x.device), -torch.inf)
        terms["prototype"] = weight @ functional.cross_entropy(near, codes, reduction="none")
        loss = loss + settings.prototype * terms["prototype"]
    v = pieces.mean[:, 0]
    return Labelled(loss, terms, v, codes, embedded, batch, found.r[pick[:, 0], codes], members)


def rivals(logits: Tensor, codes: Tensor, count: int) -> Tensor:
    """(b, count) class numbers: the wrong classes that the classifier finds likeliest."""
    wrong = logits.scatter(1, codes[:, None], -torch.inf)
    return wrong.topk(min(count, logits.shape[1] - 1), 1).indices


def unlabelled_loss(
    network: Network,
    batch: Tensor,
    supports: Supports,
    embedded: Tensor,
    generator: torch.Generator,
    warmth: float = 1.0,
) -> tuple[Tensor, dict[str, Tensor]]:
    """- sum_k q(k|x) [bound(x, k) + log p(k)] - H[q(.|x)], averaged over batch (b, D); p(k) = 1/K.

    embedded (classes, s, e): of the labelled rows in `supports`, from which class sets are made. A class
    that has none there is no candidate: q and p are then those of the others. Without any, all is 0.
    """
    there = (supports.sizes > 0).to(batch.device)
    if not there.any():
        return batch.new_zeros(()), {"unlabelled_bound": batch.new_zeros(()), "entropy": batch.new_zeros(())}
    features = network.body(batch)
    nowhere = torch.full((len(batch),), -1)
    found = class_codes(network, supports, embedded, nowhere, generator)
    noise = torch.randn((1, len(batch), 1, network.dimensions), generator=generator).to(batch)
    pieces = network.pieces(features, network.likelihood.target(batch), found.r, found.kl, noise)
    # Finite, so that 0 log 0 is 0 in value and in gradient.
    log_q = functional.log_softmax(network.classifier(features).masked_fill(~there, -1e9), 1)
    q = log_q.exp()
    expected = (q * pieces.bound).sum(1) - math.log(int(there.sum()))
    entropy = -(q * log_q).sum(1)
    value = (expected + entropy).mean()
    charged = (q * (pieces.log_likelihood - pieces.bound)).sum(1).mean()
    return -value - (1 - warmth) * charged, {"unlabelled_bound": value, "entropy": entropy.mean()}


def action_loss(network: Network, found: Labelled, action: Action, generator: torch.Generator) -> Tensor:
    """Mean of |v(gx) - rho(g) v(x)|^2 + |f(gx) - f(x)|^2 - log p(gx|r, rho(g) v(x)) / D, one g a row.

    v are means of q under the own class; f embeds a member of a class set. The last term makes the
    decoder turn with v.
    """
    g = action.draw(len(found.x), generator).to(found.x)
    moved = action.apply(found.x, g)
    features = network.body(moved)
    mean, _ = network.posterior(features, found.r[:, None])
    wanted = action.represent(found.v, g)
    turned = (mean[:, 0] - wanted).square().sum(-1)
    steady = (network.code.embed(features) - found.members).square().sum(-1)
    log_p = network.likelihood.log_prob(network.decode(found.r, wanted), network.likelihood.target(moved))
    loss: Tensor = (turned + steady - log_p / moved.shape[1]).mean()
    return loss
