"""Data: from IDX files or packages to training, validation and test images."""

from lstm_vae.data.splits import Split, Splits, cached_splits, load_splits

__all__ = ["Split", "Splits", "cached_splits", "load_splits"]
