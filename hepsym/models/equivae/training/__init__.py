"""How does a model of the family learn? Class sets, losses, known motions, one loop."""
