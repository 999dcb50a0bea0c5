"""Does an event cost the same in a long run? `python benchmarks/cost_per_event.py ee2mumu 1e5 1e9` says.

Events go into one buffer of 131,072 on one thread; after the rate, the peak of the process' memory.
"""

import argparse
import resource
import time

import numpy as np

from hepsym.generators import generator_for, load_card
from hepsym.random import key

ROOM = 1 << 17

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("card")
parser.add_argument("sizes", nargs="+", type=float)
options = parser.parse_args()

generator = generator_for(load_card(options.card))
generator.cross_section()
buffer, philox = np.empty((ROOM, generator.legs, 4)), key(1, "cost per event")
generator.fill(buffer, 0, philox)
for n in map(int, options.sizes):
    start = time.perf_counter()
    for first in range(0, n, ROOM):
        generator.fill(buffer[: min(ROOM, n - first)], first, philox)
    each = (time.perf_counter() - start) / n * 1e9
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.card} {n:>12,} events {each:8.2f} ns an event, peak {peak:.0f} MB", flush=True)
