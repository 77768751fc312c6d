"""What can be said of a run: its fields, their limits and defaults, and Hydra's schemas of them."""
