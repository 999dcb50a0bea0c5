"""Which rows does a model learn from, and in which units? Checked, split, scaled."""
