"""What `hydra.sweeper` says: its fields, each with its rule, and what they must be to each other."""

from sweeps.settings.settings import DEFAULT_TRIALS, HALVING, Settings, defaults, settings_from

__all__ = ["DEFAULT_TRIALS", "HALVING", "Settings", "defaults", "settings_from"]
