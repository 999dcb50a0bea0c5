"""What stays of a training? A run's directory, its weights, and what they can be asked."""
