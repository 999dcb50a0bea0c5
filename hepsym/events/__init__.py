"""What flows: events, observables by name, and the files that hold them."""
