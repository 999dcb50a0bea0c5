"""Four-momentum algebra: p = (E, x, y, z), metric (+, -, -, -), c = 1, GeV; radians.

Functions take arrays (..., 4) and broadcast as numpy does, in float64 or float32 (computed in
float64, rounded once); rotations and boosts are active. They run on the calling thread alone and
release the GIL, so that threads may share the work. Errors are stated for eps = 2^-52 and
components that are 0 or between 1e-60 and 1e60 GeV.

`hepsym.lorentz.kernels` has the same on four floats, for compiled loops; `hepsym.lorentz.torch`
the same on tensors, differentiable; `hepsym.lorentz.group` the Lorentz group itself.
"""

from hepsym.lorentz.angles import (
    cos_theta,
    delta_eta,
    delta_phi,
    delta_r,
    from_pt_eta_phi_mass,
    opening_angle,
    phi,
    pseudorapidity,
    pt,
    rapidity,
)
from hepsym.lorentz.boosts import boost, boost_from_rest, boost_to_rest, boost_z
from hepsym.lorentz.frames import collins_soper, cos_theta_star
from hepsym.lorentz.invariants import (
    breakup_momentum,
    invariant_mass,
    kallen,
    mandelstam,
    transverse_mass,
    transverse_mass_of_pair,
)
from hepsym.lorentz.products import (
    dot,
    energy_from_mass,
    from_mass,
    mass,
    mass_squared,
    momentum,
    momentum_from_mass,
)
from hepsym.lorentz.rotations import rotate, rotate_z_to

__all__ = [
    "boost", "boost_from_rest", "boost_to_rest", "boost_z", "breakup_momentum", "collins_soper",
    "cos_theta", "cos_theta_star", "delta_eta", "delta_phi", "delta_r", "dot", "energy_from_mass",
    "from_mass", "from_pt_eta_phi_mass", "invariant_mass", "kallen", "mandelstam", "mass",
    "mass_squared", "momentum", "momentum_from_mass", "opening_angle", "phi", "pseudorapidity", "pt",
    "rapidity", "rotate", "rotate_z_to", "transverse_mass", "transverse_mass_of_pair",
]  # fmt: skip
