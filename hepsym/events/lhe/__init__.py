"""Les Houches event files: written fast in 17 digits, read with nothing taken on trust."""

from hepsym.events.lhe.columns import WEIGHT_PREFIX, carried
from hepsym.events.lhe.reading.reader import LheReader
from hepsym.events.lhe.writing.writer import LheWriter

__all__ = ["WEIGHT_PREFIX", "LheReader", "LheWriter", "carried"]
