"""How momenta are drawn, an algorithm a file."""
