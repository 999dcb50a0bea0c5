"""What is a sample of jets? Constituents relative to the jet, as JetNet has them, and their momenta."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Provenance

__all__ = ["JETS", "JET_FEATURES", "PARTICLES", "PARTICLE_FEATURES", "Jets"]

PARTICLE_FEATURES = ("etarel", "phirel", "ptrel", "mask")
JET_FEATURES = ("pt", "eta", "mass", "num_particles")
PARTICLES, JETS = "particle_features", "jet_features"

MOST_RAPIDITY = 100.0
"""|eta| above this is no direction that a detector or a generator has; cosh overflows at 710."""
NO_SOURCE = Provenance()


@dataclass(frozen=True, slots=True, eq=False)
class Jets:
    """n jets of up to P constituents each, in coordinates relative to the jet. Arrays are not copied."""

    particle_features: NDArray[np.float64]
    """(n, P, 4): eta - eta_jet, phi - phi_jet (rad), p_T / p_T_jet, mask: 1 a particle, 0 an empty slot."""
    jet_features: NDArray[np.float64]
    """(n, 4): p_T (GeV), eta, mass (GeV), number of particles."""
    source: Provenance = NO_SOURCE

    def __post_init__(self) -> None:
        particles, jets = self.particle_features, self.jet_features
        if particles.ndim != 3 or particles.shape[2] != 4:
            raise InputError(f"particle_features must have shape (jets, particles, 4), not {particles.shape}")
        if jets.shape != (len(particles), 4):
            raise InputError(f"jet_features must have shape ({len(particles)}, 4), not {jets.shape}")
        for name, values in ((PARTICLES, particles), (JETS, jets)):
            if values.dtype != np.float64:
                raise InputError(f"{name} must be float64, not {values.dtype}")
            finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
            if not finite.all():
                raise InputError(f"{name} of jet {int((~finite).argmax())} are not finite")
        self._refuse((jets[:, 0] < 0.0) | (jets[:, 2] < 0.0), "p_T and mass must not be negative")
        self._refuse(np.abs(jets[:, 1]) > MOST_RAPIDITY, f"|eta| is above {MOST_RAPIDITY:g}")
        mask = particles[:, :, 3]
        self._refuse(((mask != 0.0) & (mask != 1.0)).any(axis=1), "the mask must be 0 or 1")
        wrong = (particles[:, :, 2] < 0.0) | (np.abs(particles[:, :, 0]) > MOST_RAPIDITY)
        self._refuse(
            (wrong & (mask == 1.0)).any(axis=1),
            f"a particle has ptrel < 0 or |etarel| above {MOST_RAPIDITY:g}",
        )

    def _refuse(self, bad: NDArray[np.bool_], what: str) -> None:
        if bad.any():
            raise InputError(f"jet {int(bad.argmax())}: {what}")

    def __len__(self) -> int:
        return len(self.jet_features)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(n, P): which slots hold a particle."""
        return np.asarray(self.particle_features[:, :, 3] == 1.0)

    def select(self, which: slice | NDArray[np.integer] | NDArray[np.bool_]) -> "Jets":
        """The jets of a slice, a mask or an index array."""
        return Jets(self.particle_features[which], self.jet_features[which], self.source)

    def momenta(self, *, relative: bool = False) -> NDArray[np.float64]:
        """(n, P, 4): E, x, y, z of the constituents, massless; 0 in empty slots.

            p_T (cosh eta, cos phi, sin phi, sinh eta)

        In GeV with the jet's axis at its eta and phi = 0 (JetNet does not keep the jet's azimuth);
        `relative`: with p_T = ptrel, eta = etarel, phi = phirel, the axis along x and no unit.

        Error: 1e-15 relative, E^2 - p^2 = 0 to 4 eps E^2 (tests/events/jets/test_jetnet.py).
        Source: Kansal et al., arXiv:2106.11535, section 3.
        """
        eta, phi, pt = (self.particle_features[:, :, i] for i in range(3))
        if not relative:
            pt = pt * self.jet_features[:, :1]
            eta = eta + self.jet_features[:, 1:2]
        there = self.mask
        pt, eta = np.where(there, pt, 0.0), np.where(there, eta, 0.0)
        out = np.empty((*pt.shape, 4))
        out[..., 1], out[..., 2] = pt * np.cos(phi), pt * np.sin(phi)
        out[..., 3] = pt * np.sinh(eta)
        out[..., 0] = pt * np.cosh(eta)
        return out

    @classmethod
    def of(
        cls,
        momenta: NDArray[np.float64],
        *,
        mask: NDArray[np.bool_] | None = None,
        particles: int = 30,
        source: Provenance = NO_SOURCE,
    ) -> "Jets":
        """Jets of constituents (n, P, 4) in GeV: the hardest `particles` of each, by falling p_T.

        The jet is the sum of *all* constituents given, its mass included. Slots of zeros, or outside
        `mask`, are empty. Constituents are taken as massless: their direction and p_T are kept.
        """
        p = np.asarray(momenta, dtype=np.float64)
        there = np.asarray((p != 0.0).any(axis=2)) if mask is None else np.asarray(mask)
        p = np.where(there[..., None], p, 0.0)
        total = p.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            jet_pt = np.hypot(total[:, 1], total[:, 2])
            jet_eta = np.arcsinh(total[:, 3] / jet_pt)
            transverse = np.hypot(jet_pt, total[:, 3])
            mass = np.sqrt(np.maximum((total[:, 0] - transverse) * (total[:, 0] + transverse), 0.0))
            pt = np.hypot(p[..., 1], p[..., 2])
            eta = np.arcsinh(p[..., 3] / pt) - jet_eta[:, None]
            phi = np.arctan2(
                p[..., 2] * total[:, None, 1] - p[..., 1] * total[:, None, 2],
                p[..., 1] * total[:, None, 1] + p[..., 2] * total[:, None, 2],
            )
            features = np.stack([eta, phi, pt / jet_pt[:, None], np.ones_like(pt)], axis=2)
        features = np.where(there[..., None], features, 0.0)
        order = np.argsort(np.where(there, -pt, np.inf), axis=1, kind="stable")[:, :particles]
        features = np.take_along_axis(features, order[..., None], axis=1)
        features = np.pad(features, [(0, 0), (0, particles - features.shape[1]), (0, 0)])
        count = there.sum(axis=1).clip(max=particles)
        return cls(features, np.stack([jet_pt, jet_eta, mass, count], axis=1), source)
