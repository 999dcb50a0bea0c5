"""Any tree-level process as a generator: partons, channels, cuts, matrix elements, event records."""
