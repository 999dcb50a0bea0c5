"""How are several maps of one phase space drawn from at once? Each with its chance, the weight from all.

    1 / w = sum_k alpha_k / w_k,     w_k = dPhi / du of channel k, from its inverse

so that a peak which one channel knows is even in w. The chances follow Kleiss and Pittau, Comput.
Phys. Commun. 83 (1994) 141: alpha_k grows with the variance that channel k's points carry.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.phasespace.map import Array, PhaseSpace, check_shapes, energies

__all__ = ["MultiChannel", "next_chances"]


class MultiChannel(PhaseSpace):
    """Channels of the same particles. The last uniform chooses one, the first ones go to its map."""

    def __init__(self, channels: Sequence[PhaseSpace], chances: Sequence[float] | None = None) -> None:
        """chances are positive and scaled to sum 1; equal where absent. Raises InputError."""
        if not channels:
            raise InputError("no channels are given; give one map or more")
        self.channels = tuple(channels)
        self.masses = self.channels[0].masses
        for channel in self.channels:
            if channel.masses != self.masses:
                raise InputError(
                    f"channels have masses {list(self.masses)} and {list(channel.masses)}; they must agree"
                )
        alpha = np.ones(len(self.channels)) if chances is None else np.array(chances, dtype=np.float64)
        if alpha.shape != (len(self.channels),) or not (alpha > 0.0).all() or not np.isfinite(alpha).all():
            raise InputError(f"chances = {alpha.tolist()} must be {len(self.channels)} numbers above 0")
        self.chances = alpha / alpha.sum()
        self.dimensions = max(c.dimensions for c in self.channels) + 1

    def forward(self, u: Array, sqrt_s: float | Array, momenta: Array, weight: Array) -> None:
        """See PhaseSpace.forward."""
        check_shapes(self, u, momenta, weight)
        energy = energies(sqrt_s, len(weight))
        chosen = self.choose(u[:, -1])
        for k, channel in enumerate(self.channels):
            rows = np.flatnonzero(chosen == k)
            part, out = (
                np.ascontiguousarray(u[rows, : channel.dimensions]),
                np.empty((len(rows), *momenta.shape[1:])),
            )
            channel.forward(part, _of(energy, rows), out, np.empty(len(rows)))
            momenta[rows] = out
        weight[:] = _inverse_of(self.densities(momenta, energy) @ self.chances)

    def inverse(self, momenta: Array, sqrt_s: float | Array, u: Array, weight: Array) -> None:
        """See PhaseSpace.inverse; the channel is the one that most points here come from."""
        check_shapes(self, u, momenta, weight)
        energy = energies(sqrt_s, len(weight))
        shares = self.densities(momenta, energy) * self.chances
        weight[:] = _inverse_of(shares.sum(axis=1))
        chosen, edges = shares.argmax(axis=1), np.concatenate([[0.0], np.cumsum(self.chances)])
        u[:] = 0.5
        u[:, -1] = 0.5 * (edges[chosen] + edges[chosen + 1])
        for k, channel in enumerate(self.channels):
            rows = np.flatnonzero(chosen == k)
            part = np.empty((len(rows), channel.dimensions))
            points = np.ascontiguousarray(momenta[rows])
            channel.inverse(points, _of(energy, rows), part, np.empty(len(rows)))
            u[rows, : channel.dimensions] = part
        u[weight == 0.0] = np.nan

    def volume(self, sqrt_s: float) -> float:
        """The largest of the channels' volumes: that of their union, where one reaches everything."""
        return max(channel.volume(sqrt_s) for channel in self.channels)

    def choose(self, u: Array) -> NDArray[np.intp]:
        """The channel of each uniform, (n,)."""
        edges = np.cumsum(self.chances)
        return np.minimum(np.searchsorted(edges, u, side="right"), len(edges) - 1)

    def densities(self, momenta: Array, sqrt_s: float | Array) -> Array:
        """1 / w_k of every channel, (n, channels), GeV^(4 - 2n); 0 where a channel cannot reach."""
        n = len(momenta)
        energy = energies(sqrt_s, n)
        made = np.zeros((n, len(self.channels)))
        for k, channel in enumerate(self.channels):
            own = np.empty(n)
            channel.inverse(momenta, energy, np.empty((n, channel.dimensions)), own)
            np.divide(1.0, own, out=made[:, k], where=own > 0.0)
        return made

    def adapted(
        self, momenta: Array, sqrt_s: float | Array, values: Array, power: float = 0.5, least: float = 0.01
    ) -> "MultiChannel":
        """The same channels with chances alpha_k (<(f w)^2 w / w_k>)^power, none below least / channels.

        momenta and f = `values` (n,) are of points that this map drew; f need not be normalised.
        """
        shares = self.densities(momenta, sqrt_s)
        w = _inverse_of(shares @ self.chances)
        spread = ((values * w) ** 2 * w) @ shares / len(w)
        return MultiChannel(self.channels, next_chances(self.chances, spread, power, least).tolist())


def next_chances(chances: Array, spread: Array, power: float = 0.5, least: float = 0.01) -> Array:
    """alpha_k spread_k^power scaled to sum 1, none below least / channels (but for the last scaling).

    spread (channels,) is <(f w)^2 w / w_k>; where it is not finite or 0 throughout, chances are kept.
    """
    new = chances * spread**power
    if not (np.isfinite(new).all() and new.sum() > 0.0):
        return chances
    kept: Array = np.maximum(new / new.sum(), least / len(new))
    return np.asarray(kept / kept.sum())


def _of(energy: Array, rows: NDArray[np.intp]) -> Array:
    return energy if len(energy) == 1 else energy[rows]


def _inverse_of(density: Array) -> Array:
    made = np.zeros_like(density)
    np.divide(1.0, density, out=made, where=density > 0.0)
    return made
