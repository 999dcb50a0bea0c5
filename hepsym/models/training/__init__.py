"""How does a training go? One loop, and what it is fed with, writes down and survives."""
