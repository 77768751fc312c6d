"""Raises when it is imported, and not an ImportError."""

_ = 1 / 0
