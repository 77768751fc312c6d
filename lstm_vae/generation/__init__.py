"""How good what a model generates is, as a classifier of digits sees it."""
