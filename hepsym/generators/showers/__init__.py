"""How do hard events become hadrons? Handed to Pythia and read back."""
