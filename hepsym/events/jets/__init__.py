"""What are jets, and how are they kept? Constituents relative to their jet, in JetNet's layout."""
