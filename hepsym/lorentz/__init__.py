"""Four-momentum algebra: p = (E, x, y, z), metric (+, -, -, -), c = 1, GeV."""
