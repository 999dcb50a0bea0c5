"""Layers that commute with the Lorentz group, and how to check that anything does.

Features are scalars (n, P, S) and four-vectors (n, P, V, 4) of P particles, metric (+, -, -, -). See `frame`
for the frame in which they are evaluated and why.
"""

from hepsym.models.lorentz.bells import Bells, squared_intervals
from hepsym.models.lorentz.equivariance import EquivarianceReport, check_equivariance
from hepsym.models.lorentz.frame import Frame, check_momenta, check_width, rest_frame
from hepsym.models.lorentz.message import Features, LorentzMessages
from hepsym.models.lorentz.mixing import Mix
from hepsym.models.lorentz.pooling import AGGREGATIONS, Pooling
from hepsym.models.lorentz.products import gram, massless_products, product

__all__ = [
    "AGGREGATIONS", "Bells", "EquivarianceReport", "Features", "Frame", "LorentzMessages", "Mix",
    "Pooling", "check_equivariance", "check_momenta", "check_width", "gram", "massless_products",
    "product", "rest_frame", "squared_intervals",
]  # fmt: skip
