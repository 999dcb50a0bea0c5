"""The algebra on one momentum at a time, (E, x, y, z) as four floats, for use inside compiled loops.

Nothing is checked, allocated or drawn here. `hepsym.lorentz` has the same names over arrays, with
what each one returns, and how far off it is.
"""

from hepsym.lorentz.kernels.angles import (
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
    rapidity_from_mass,
)
from hepsym.lorentz.kernels.boosts import boost, boost_from_rest, boost_to_rest, boost_z, scale_light_cone
from hepsym.lorentz.kernels.elementary import arsinh, atan2, log1p
from hepsym.lorentz.kernels.exact import difference_of_products, fma, two_sum
from hepsym.lorentz.kernels.frames import collins_soper, cos_theta_star
from hepsym.lorentz.kernels.invariants import (
    breakup_momentum,
    invariant_mass,
    invariant_mass_of_three,
    kallen,
    mandelstam,
    transverse_mass,
    transverse_mass_of_pair,
)
from hepsym.lorentz.kernels.products import (
    Momentum,
    add_to,
    dot,
    energy_from_mass,
    mass,
    mass_squared,
    mass_squared_of_sum,
    momentum,
    momentum_from_mass,
    signed_root,
    sum_of,
)
from hepsym.lorentz.kernels.rotations import rotate, rotate_z_to

__all__ = [
    "Momentum", "add_to", "arsinh", "atan2", "boost", "boost_from_rest", "boost_to_rest", "boost_z",
    "breakup_momentum", "collins_soper", "cos_theta", "cos_theta_star", "delta_eta", "delta_phi",
    "delta_r", "difference_of_products", "dot", "energy_from_mass", "fma", "from_pt_eta_phi_mass",
    "invariant_mass", "invariant_mass_of_three", "kallen", "log1p", "mandelstam", "mass",
    "mass_squared", "mass_squared_of_sum", "momentum", "momentum_from_mass", "opening_angle", "phi",
    "pseudorapidity", "pt", "rapidity", "rapidity_from_mass", "rotate", "rotate_z_to",
    "scale_light_cone", "signed_root", "sum_of", "transverse_mass", "transverse_mass_of_pair",
    "two_sum",
]  # fmt: skip
