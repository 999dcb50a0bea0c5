"""How is a plain table read? Piece by piece, each format in a file; `hepsym.events.table` asks for them.

Names first, then blocks of rows: memory does not grow with the rows. A row is an event, a column a number.
"""

from hepsym.events.tables.columns import Pieces, check_finite
from hepsym.events.tables.pieces import TABLE_SUFFIXES, is_table, plain_pieces
from hepsym.events.tables.words import Words

__all__ = ["TABLE_SUFFIXES", "Pieces", "Words", "check_finite", "is_table", "plain_pieces"]
