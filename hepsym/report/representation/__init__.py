"""What does a study of classes and transformations show? Cards with kind = "classes", and their pages."""

from hepsym.report.representation.card import ClassStudy
from hepsym.report.representation.study import ClassOutcome, run_class_study

__all__ = ["ClassOutcome", "ClassStudy", "run_class_study"]
