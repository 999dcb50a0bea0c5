"""How do visible particles become jets in JetNet's coordinates? Anti-kT, the two leading, hardest first."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.datasets.collisions import Visible
from hepsym.generators.datasets.jet_card import JetCard

__all__ = ["cluster"]

Array = NDArray[np.float64]
LEADING = 2


def cluster(visible: Visible, card: JetCard) -> tuple[Array, Array]:
    """The leading two anti-kT jets of each collision that lie in the card's window.

    Returns particle features (jets, particles, 4): eta - eta_jet, phi - phi_jet in [-pi, pi), pT / pT_jet
    and 1, rows of zeros where there is no particle; and jet features (jets, 4): pT and mass in GeV, eta
    (pseudorapidity), with the number of particles kept: (pT, eta, mass, particles). Jet momenta are the
    sums of all constituents (E scheme), also of those beyond `particles`.
    """
    import awkward as ak
    import fastjet

    e, x, y, z = (ak.unflatten(visible.momenta[:, i], visible.counts) for i in range(4))
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, card.R)
    sequence = fastjet.ClusterSequence(ak.zip({"px": x, "py": y, "pz": z, "E": e}), definition)
    threshold = card.jet_pt.min if np.isfinite(card.jet_pt.min) else 1.0
    jets, members = sequence.inclusive_jets(threshold), sequence.constituent_index(threshold)
    starts = np.concatenate([[0], np.cumsum(visible.counts)])
    found = []
    for collision, (four, inside) in enumerate(zip(jets, members, strict=True)):
        momenta = np.stack([ak.to_numpy(four[c]) for c in ("E", "px", "py", "pz")], axis=1)
        leading = np.argsort(-np.hypot(momenta[:, 1], momenta[:, 2]), kind="stable")[:LEADING]
        for jet in leading.tolist():
            rows = starts[collision] + ak.to_numpy(inside[jet])
            found.append((momenta[jet], visible.momenta[rows]))
    features = [_features(jet, constituents, card) for jet, constituents in found]
    kept = [f for f in features if f is not None]
    if not kept:
        return np.empty((0, card.particles, 4)), np.empty((0, 4))
    return np.stack([k[0] for k in kept]), np.stack([k[1] for k in kept])


def _features(jet: Array, constituents: Array, card: JetCard) -> tuple[Array, Array] | None:
    """Of one jet; None where it lies outside the window."""
    pt, eta, phi = _pt_eta_phi(jet)
    inside = card.jet_pt.min <= pt <= card.jet_pt.max and card.jet_eta.min <= eta <= card.jet_eta.max
    if not inside:
        return None
    pts, etas, phis = _pt_eta_phi(constituents.T)
    order = np.argsort(-pts, kind="stable")[: card.particles]
    particles = np.zeros((card.particles, 4))
    particles[: len(order), 0] = etas[order] - eta
    particles[: len(order), 1] = (phis[order] - phi + np.pi) % (2.0 * np.pi) - np.pi
    particles[: len(order), 2] = pts[order] / pt
    particles[: len(order), 3] = 1.0
    p = float(np.sqrt(np.sum(jet[1:] ** 2)))
    mass = float(np.sqrt(max((jet[0] - p) * (jet[0] + p), 0.0)))
    return particles, np.array([pt, eta, mass, float(len(order))])


def _pt_eta_phi(p: Array) -> tuple[Any, Any, Any]:
    """Of momenta (4, ...)."""
    pt = np.hypot(p[1], p[2])
    return pt, np.arcsinh(p[3] / pt), np.arctan2(p[2], p[1])
