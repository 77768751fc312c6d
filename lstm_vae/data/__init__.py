"""Data: from IDX files or packages to training, validation and test images."""

from lstm_vae.data.prepared import cached_splits
from lstm_vae.data.splits import Split, Splits, load_splits

__all__ = ["Split", "Splits", "cached_splits", "load_splits"]
