"""The Lorentz group SO+(3,1) and its cover SL(2,C): Lie generators, exp, log, Wigner rotation, draws.

Matrices act on columns (E, x, y, z) from the left: p' = Lambda p, for arrays of momenta
`p @ Lambda.T`.
"""

from hepsym.lorentz.group.algebra import (
    commutator,
    exp,
    generators,
    killing_form,
    log,
    structure_constants,
)
from hepsym.lorentz.group.draws import random_boosts, random_rotations, random_transformations
from hepsym.lorentz.group.matrices import boost_matrix, rotation_matrix, wigner_rotation
from hepsym.lorentz.group.spinors import SIGMA, covering, is_lorentz, preimage

__all__ = [
    "SIGMA", "boost_matrix", "commutator", "covering", "exp", "generators", "is_lorentz", "killing_form",
    "log", "preimage", "random_boosts", "random_rotations", "random_transformations", "rotation_matrix",
    "structure_constants", "wigner_rotation",
]  # fmt: skip
