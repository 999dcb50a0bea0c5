"""ROOT files, by uproot: events as a TTree or an RNTuple."""

from hepsym.events.root.reader import RootReader
from hepsym.events.root.writer import RootWriter

__all__ = ["RootReader", "RootWriter"]
