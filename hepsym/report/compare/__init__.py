"""Are samples compatible? Files in, tests, histograms and a page out."""

from hepsym.report.compare.compare import Comparison, compare
from hepsym.report.compare.write import write_comparison

__all__ = ["Comparison", "compare", "write_comparison"]
