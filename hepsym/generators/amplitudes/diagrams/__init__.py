"""Which diagrams does a process have, and what do they sum to? From particles to values on a tape."""
