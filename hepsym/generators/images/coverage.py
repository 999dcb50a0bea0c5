"""How much of each pixel does an outline cover? Exact areas, edge by edge."""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop

__all__ = ["add_edges"]

Floats = NDArray[np.float64]


@loop
def add_edges(picture: Floats, edges: Floats) -> None:
    """Add the area to the right of each edge (k, 4) x0 y0 x1 y1, signed by its direction, to picture (h, w).

    Closed outlines thus add winding number times covered area to every pixel, exactly but for rounding.
    Pixel (i, j) is i <= y < i + 1, j <= x < j + 1. What lies left or right of the picture counts as at
    its border; what lies above or below is left out.
    """
    h, w = picture.shape
    for k in range(edges.shape[0]):
        x0, y0, x1, y1 = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        if y0 == y1:
            continue
        sign = 1.0
        if y0 > y1:
            x0, y0, x1, y1, sign = x1, y1, x0, y0, -1.0
        slope = (x1 - x0) / (y1 - y0)
        first = max(int(np.floor(y0)), 0)
        last = min(int(np.ceil(y1)), h)
        for i in range(first, last):
            low, high = max(y0, float(i)), min(y1, float(i + 1))
            if high <= low:
                continue
            xa, xb = x0 + slope * (low - y0), x0 + slope * (high - y0)
            left, right = min(xa, xb), max(xa, xb)
            height = sign * (high - low)
            for j in range(w):
                # Mean over the strip of the part of pixel j that lies right of the edge.
                if right <= j:
                    picture[i, j] += height
                elif left >= j + 1:
                    continue
                elif right - left < 1e-12:
                    picture[i, j] += height * (j + 1 - left)
                else:
                    # x is uniform on [left, right]: integrate min(1, max(0, j + 1 - x)).
                    a, b = max(left, float(j)), min(right, float(j + 1))
                    part = 0.5 * ((j + 1 - a) + (j + 1 - b)) * (b - a) + max(0.0, j - left)
                    picture[i, j] += height * part / (right - left)
