"""Partons: what is inside the proton, read from the PDF grids that are installed."""

from hepsym.generators.partons.alpha_s import AlphaS
from hepsym.generators.partons.pdf import PDF, load_pdf
from hepsym.generators.partons.sets import DEFAULT_PDF, pdf_sets

__all__ = ["DEFAULT_PDF", "PDF", "AlphaS", "load_pdf", "pdf_sets"]
