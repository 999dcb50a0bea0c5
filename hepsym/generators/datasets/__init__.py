"""Datasets that other programs help to make: jets, through Pythia and FastJet."""
