"""What holds of every event? Dimension, named constraints and symmetry generators of a table."""

from hepsym.analysis.symmetries.dimensions.estimate import Dimension, dimension
from hepsym.analysis.symmetries.discover import Discovery, discover
from hepsym.analysis.symmetries.equations.constraints import Constraint, Constraints, find_constraints
from hepsym.analysis.symmetries.flows.algebra import Algebra, identify
from hepsym.analysis.symmetries.flows.density import DensitySymmetry, density_symmetry
from hepsym.analysis.symmetries.flows.generators import Generator
from hepsym.analysis.symmetries.flows.lie import tangent_fields
from hepsym.analysis.symmetries.whitening import Frame, frame

__all__ = [
    "Algebra",
    "Constraint",
    "Constraints",
    "DensitySymmetry",
    "Dimension",
    "Discovery",
    "Frame",
    "Generator",
    "density_symmetry",
    "dimension",
    "discover",
    "find_constraints",
    "frame",
    "identify",
    "tangent_fields",
]
