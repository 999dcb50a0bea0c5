"""What is this, and how does it stand? Class codes r and transformation codes v: EquiVAE and its family."""

from hepsym.models.equivae.classifier import Classifier
from hepsym.models.equivae.estimator import CVAE, MLVAE, ClassModel, EquiVAE
from hepsym.models.equivae.family import load_run
from hepsym.models.equivae.networks.momenta import rest_rows
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.action import (
    Action,
    picture_rotations,
    picture_similarities,
    plane_rotations,
    space_rotations,
)
from hepsym.models.equivae.training.class_sets import ClassSets, Supports

__all__ = [
    "CVAE",
    "MLVAE",
    "Action",
    "ClassModel",
    "ClassSets",
    "Classifier",
    "EquiVAE",
    "Settings",
    "Supports",
    "load_run",
    "picture_rotations",
    "picture_similarities",
    "plane_rotations",
    "rest_rows",
    "space_rotations",
]
