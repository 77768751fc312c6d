"""Data: from IDX files or packages to training, validation and test images."""

from lstm_vae.data.splits import Split, Splits, load_splits
from lstm_vae.data.splits_cache import cached_splits

__all__ = ["Split", "Splits", "cached_splits", "load_splits"]
