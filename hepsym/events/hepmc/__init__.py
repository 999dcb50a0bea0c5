"""HepMC3 event files, by pyhepmc: what showers and Rivet read and write."""

from hepsym.events.hepmc.reader import HepMCReader
from hepsym.events.hepmc.record import carried
from hepsym.events.hepmc.writer import HepMCWriter

__all__ = ["HepMCReader", "HepMCWriter", "carried"]
