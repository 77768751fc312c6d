"""Data: from IDX files or packages to training, validation and test images."""

from lstm_vae.data.splits import Split, Splits, load_splits

__all__ = ["Split", "Splits", "load_splits"]
