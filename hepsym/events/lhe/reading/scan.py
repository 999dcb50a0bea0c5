"""How are plain event blocks read fast? By a loop that knows the common form and leaves all else alone."""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop
from hepsym.events.lhe.reading.decimals import read_number, skip_blanks

__all__ = ["TOKENS_HEAD", "TOKENS_PARTICLE", "scan"]

TOKENS_HEAD, TOKENS_PARTICLE = 6, 13
MOST_PLAIN = 100.0
"""Particles of an event that this loop takes."""
NEWLINE, HASH, OPENS, CLOSES, BLANK, TAB = 10, 35, 60, 62, 32, 9
EVENT = np.frombuffer(b"<event", dtype=np.uint8)
EVENT_END = np.frombuffer(b"</event>", dtype=np.uint8)
RWGT = np.frombuffer(b"<rwgt>", dtype=np.uint8)
RWGT_END = np.frombuffer(b"</rwgt>", dtype=np.uint8)
WGT, WGT_END = np.frombuffer(b"<wgt", dtype=np.uint8), np.frombuffer(b"</wgt>", dtype=np.uint8)
SCALES = np.frombuffer(b"<scales", dtype=np.uint8)
COLUMNS = np.frombuffer(b"weights", dtype=np.uint8)
FOREIGN = np.frombuffer(b"LesHouches", dtype=np.uint8)


@kernel
def line_end(text: NDArray[np.uint8], at: int, last: int) -> int:
    """The place of the next line break, or `last`."""
    while at < last and text[at] != NEWLINE:
        at += 1
    return at


@kernel
def stands(text: NDArray[np.uint8], at: int, end: int, word: NDArray[np.uint8]) -> bool:
    """Whether the word is there."""
    if at + word.shape[0] > end:
        return False
    same = True
    for i in range(word.shape[0]):
        same = same and text[at + i] == word[i]
    return same


@kernel
def stands_alone(text: NDArray[np.uint8], at: int, end: int, word: NDArray[np.uint8]) -> bool:
    """Whether the word is there with nothing but blanks after it."""
    return stands(text, at, end, word) and skip_blanks(text, at + word.shape[0], end) == end


@kernel
def is_harmless(text: NDArray[np.uint8], at: int, end: int) -> bool:
    """Whether a line that begins with a tag means nothing to us: no word of ours is in it."""
    for i in range(at, end):
        if text[i] == OPENS and i + 1 < end:
            j = i + 2 if text[i + 1] == 47 else i + 1
            if (
                stands(text, j, end, EVENT[1:])
                or stands(text, j, end, WGT[1:])
                or stands(text, j, end, RWGT[1:5])
                or stands(text, j, end, COLUMNS)
                or stands(text, j, end, FOREIGN)
                or text[j] == 33  # <!-- and <![CDATA[
            ):
                return False
    return True


@kernel
def read_row(text: NDArray[np.uint8], at: int, end: int, row: NDArray[np.float64]) -> bool:
    """Fill the row with the numbers of a line; whether there were as many, but for a comment after them."""
    for i in range(row.shape[0]):
        at = skip_blanks(text, at, end)
        if at == end:
            return False
        row[i], at, good = read_number(text, at, end)
        if not good:
            return False
    at = skip_blanks(text, at, end)
    return at == end or text[at] == HASH


@kernel
def read_weight(
    text: NDArray[np.uint8], at: int, end: int, opening: NDArray[np.uint8], row: NDArray[np.float64], i: int
) -> bool:
    """Read `<wgt id="..."> number </wgt>`, of which the opening must be the expected one."""
    if not stands(text, at, end, opening):
        return False
    at = skip_blanks(text, at + opening.shape[0], end)
    stop = at
    while stop < end and text[stop] != OPENS:
        stop += 1
    if at == stop or not stands_alone(text, stop, end, WGT_END):
        return False
    row[i], at, good = read_number(text, at, stop)
    return good and skip_blanks(text, at, stop) == stop


@loop
def scan(
    text: NDArray[np.uint8],
    first: int,
    last: int,
    heads: NDArray[np.float64],
    rows: NDArray[np.float64],
    counts: NDArray[np.int64],
    places: NDArray[np.int64],
    marks: NDArray[np.int64],
    weights: NDArray[np.float64],
    openings: NDArray[np.uint8],
    ends: NDArray[np.int64],
    found: NDArray[np.int64],
) -> bool:
    """Read events from text[first:last] for as long as they are of the common form.

    heads (n, 6) and rows (many, 13) take the numbers of the events and of their particles; counts (n,)
    the particles of each, places (n,) the line of its first number (from 0), marks (n, 4) where its
    attributes and its <scales> begin and end (0, 0: absent); weights (n, k) the <wgt> values, whose
    opening tags must be those cut from `openings` at `ends` (k,), one a line.

    found: events, rows, the place where reading stopped (between events) and the lines before it.
    True where the text ran out, so that more of it is needed; False at what must be looked at closer.
    A number is taken only where it is certain (`read_number`); nothing is skipped that could be wrong.
    """
    at, line = first, 0
    found[0], found[1], found[2], found[3] = 0, 0, first, 0
    begun = False  # inside an event
    reading, left, extra, used = 0, 0, 0, 0  # what comes next; particles and weights still to come
    while found[0] < heads.shape[0]:
        end = line_end(text, at, last)
        if end == last:
            return True
        start = skip_blanks(text, at, end)
        n = found[0]
        if start == end:
            pass
        elif not begun:
            stop = end
            while stop > start and text[stop - 1] != CLOSES:
                stop -= 1
            if not stands(text, start, end, EVENT) or skip_blanks(text, stop, end) != end:
                return False
            marks[n, 0], marks[n, 1], marks[n, 2], marks[n, 3] = 0, 0, 0, 0
            after = start + EVENT.shape[0]
            if text[after] != CLOSES:
                if stop < after or (text[after] != BLANK and text[after] != TAB):
                    return False
                for i in range(after, stop - 1):
                    if text[i] == OPENS or text[i] == CLOSES:
                        return False
                marks[n, 0], marks[n, 1] = after, stop - 1
            elif stop != after + 1:
                return False
            begun, reading, used, extra = True, 0, found[1], 0
        elif text[start] == HASH:
            pass
        elif reading == 0:
            if not read_row(text, start, end, heads[n]):
                return False
            if not 1.0 <= heads[n, 0] <= MOST_PLAIN or heads[n, 0] != np.floor(heads[n, 0]):
                return False
            places[n] = line
            left = int(heads[n, 0])
            counts[n] = left
            if used + left > rows.shape[0]:
                return False
            reading = 1
        elif reading == 1:
            if not read_row(text, start, end, rows[used]):
                return False
            used += 1
            left -= 1
            if left == 0:
                reading = 2
        elif text[start] != OPENS:
            return False
        elif stands_alone(text, start, end, EVENT_END):
            if extra != weights.shape[1]:
                return False
            begun = False
            found[0], found[1], found[2], found[3] = n + 1, used, end + 1, line + 1
        elif stands_alone(text, start, end, RWGT) or stands_alone(text, start, end, RWGT_END):
            pass
        elif stands(text, start, end, WGT):
            if extra == weights.shape[1]:
                return False
            from_ = 0 if extra == 0 else ends[extra - 1]
            if not read_weight(text, start, end, openings[from_ : ends[extra]], weights[n], extra):
                return False
            extra += 1
        elif is_harmless(text, start, end):
            if stands(text, start, end, SCALES):
                if marks[n, 3]:
                    return False
                marks[n, 2], marks[n, 3] = start, end
        else:
            return False
        at = end + 1
        line += 1
        if not begun:
            found[2], found[3] = at, line
    return False
