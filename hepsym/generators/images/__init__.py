"""Which labelled sets are at hand? Digits, glyphs of known pose, orbits of known groups, MNIST, SVHN."""

from hepsym.generators.images.digits import mnist_5000, small_digits
from hepsym.generators.images.glyphs import draw_glyph, glyphs
from hepsym.generators.images.idx import read_idx, read_mnist
from hepsym.generators.images.labelled import LabelledSet
from hepsym.generators.images.orbits import boost_orbits, plane_orbits, space_orbits
from hepsym.generators.images.svhn import read_svhn

__all__ = [
    "LabelledSet",
    "boost_orbits",
    "draw_glyph",
    "glyphs",
    "mnist_5000",
    "plane_orbits",
    "read_idx",
    "read_mnist",
    "read_svhn",
    "small_digits",
    "space_orbits",
]
