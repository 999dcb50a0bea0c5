"""How do particles leave along the beams? Angles by the momentum transfers of what is exchanged."""
