"""Training: order, optimizer, steps, averaging, checkpoints, history."""
