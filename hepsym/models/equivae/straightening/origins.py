"""Which pose of a class is called 0? A change of every class' own frame, which commutes with the group.

A pose is a similarity h of the plane, q -> e^s R(angle) q + t, and g moves it to g h. What a class calls
upright is fixed by the prior alone, class by class. h k_y, one similarity k_y a class, is such a choice too:

    g (h k_y) = (g h) k_y,    h k: angle + angle_k,  s + s_k,  t + e^s R(angle) t_k.

k_y is chosen such that angle, s and t of the class' training rows have mean 0: poses of different classes are
then alike as far as they can be without v ceasing to follow g.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["POSE", "Origins"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

POSE = 4
"""angle, s, right, down; y points down, and R turns counter-clockwise as seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """k of every class, (K, 4) in radians, 1 and pixels; units of v_0..3: (3,), of angle, s and shifts."""

    k: Floats
    units: Floats

    @classmethod
    def of(cls, v: Floats, codes: Codes, classes: int, units: tuple[float, float, float]) -> "Origins":
        """Those that bring the mean pose of each class in v (n, >= 4) to 0."""
        found = cls(np.zeros((classes, POSE)), np.array(units))
        pose = v[:, :POSE] * found._wide
        for number in np.unique(codes):
            rows = pose[codes == number]
            middle = rows.mean(0)
            shift = -np.linalg.solve(_turns(rows).mean(0), middle[2:])
            found.k[number] = [-middle[0], -middle[1], *shift]
        return found

    def apply(self, v: Floats, codes: Codes) -> Floats:
        """h k_y, in the units of v, and the others of v (n, >= 4) as they are."""
        return self._times(v, self.k[codes])

    def invert(self, v: Floats, codes: Codes) -> Floats:
        """The v of which `apply` makes this: times the inverse of k_y."""
        k = self.k[codes]
        back = np.concatenate([-k[:, :2], np.zeros_like(k[:, 2:])], axis=1)
        back[:, 2:] = -np.einsum("nij,nj->ni", _turns(back), k[:, 2:])
        return self._times(v, back)

    def with_class(self) -> "Origins":
        """With a class more, whose own frame is left as it is."""
        return Origins(np.vstack([self.k, np.zeros((1, POSE))]), self.units)

    @property
    def _wide(self) -> Floats:
        return self.units[[0, 1, 2, 2]]

    def _times(self, v: Floats, k: Floats) -> Floats:
        pose = v[:, :POSE] * self._wide
        moved = pose + k
        moved[:, 2:] = pose[:, 2:] + np.einsum("nij,nj->ni", _turns(pose), k[:, 2:])
        return np.concatenate([moved / self._wide, v[:, POSE:]], axis=1)


def _turns(pose: Floats) -> Floats:
    """e^s R(angle) (n, 2, 2) of poses (n, >= 2), on (right, down)."""
    size = np.exp(pose[:, 1])
    cos, sin = size * np.cos(pose[:, 0]), size * np.sin(pose[:, 0])
    return np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
