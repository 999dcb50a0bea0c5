"""The symmetries of a file or a run: rows read in bounded memory, what is found, and its page."""

from hepsym.report.symmetries.find import Found, find_symmetries
from hepsym.report.symmetries.write import write_symmetries

__all__ = ["Found", "find_symmetries", "write_symmetries"]
