"""What learns: models, one training loop, checkpoints."""
