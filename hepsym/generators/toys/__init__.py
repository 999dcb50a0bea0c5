"""What are the simplest sets whose dimension, equations and generators are known? Toys with their truth."""

from hepsym.generators.toys.collisions import COLLISIONS
from hepsym.generators.toys.mechanics import MECHANICS
from hepsym.generators.toys.shapes import SHAPES
from hepsym.generators.toys.surfaces import SURFACES
from hepsym.generators.toys.toy import Toy

__all__ = ["COLLISIONS", "MECHANICS", "SHAPES", "SURFACES", "TOYS", "Toy"]

TOYS: dict[str, Toy] = {toy.name: toy for toy in (*SHAPES, *SURFACES, *MECHANICS, *COLLISIONS)}
"""Every toy by name."""
