"""How momenta are drawn: one algorithm a file, one signature (`PhaseSpace`), forward, inverse, volume."""
