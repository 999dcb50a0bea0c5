"""How do gradients flow through the algebra of four-momenta? `hepsym.lorentz` again, on tensors.

Names, arguments and meaning are those of `hepsym.lorentz`, where the formulas stand (no `out`);
any device, float32 or float64, computed in the dtype given. Shapes are checked, values are not,
because that would wait for the device: what hepsym.lorentz refuses gives nan or inf here.

Error: that of hepsym.lorentz where nothing cancels, with eps that of the dtype. PyTorch has no fused
multiply-add to rescue what does, so that masses carry 4 eps E^2 (m^2), angles between directions
4 eps absolute; each docstring says so. Train in float64, or give masses, where E/m > 1e3 in float32.

Gradients are exact where they exist. Where the function has a kink or an edge (a length or an
angle at exactly 0, the axis for eta) they are 0, not nan, so that one such row spoils no batch.
"""

from hepsym.lorentz.torch.angles import (
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
from hepsym.lorentz.torch.frames import collins_soper, cos_theta_star
from hepsym.lorentz.torch.invariants import (
    breakup_momentum,
    invariant_mass,
    kallen,
    mandelstam,
    transverse_mass,
    transverse_mass_of_pair,
)
from hepsym.lorentz.torch.motions import boost, boost_from_rest, boost_to_rest, boost_z, rotate, rotate_z_to
from hepsym.lorentz.torch.products import (
    dot,
    energy_from_mass,
    from_mass,
    mass,
    mass_squared,
    momentum,
    momentum_from_mass,
)

__all__ = [
    "boost", "boost_from_rest", "boost_to_rest", "boost_z", "breakup_momentum", "collins_soper", "cos_theta",
    "cos_theta_star", "delta_eta", "delta_phi", "delta_r", "dot", "energy_from_mass", "from_mass",
    "from_pt_eta_phi_mass", "invariant_mass", "kallen", "mandelstam", "mass", "mass_squared", "momentum",
    "momentum_from_mass", "opening_angle", "phi", "pseudorapidity", "pt", "rapidity", "rotate", "rotate_z_to",
    "transverse_mass", "transverse_mass_of_pair",
]  # fmt: skip  # fmt: skip
