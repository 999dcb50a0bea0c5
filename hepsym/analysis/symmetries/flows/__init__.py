"""Which flows and discrete maps keep the surface, which the density, and which algebra do they span?"""
