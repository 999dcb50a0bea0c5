"""Matrix elements, a family of processes a file."""
