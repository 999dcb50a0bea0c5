"""How does a system fall apart, two by two? Steps on blocks of events, forward and back."""
