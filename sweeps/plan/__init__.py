"""All that a sweep is, settled and checked before anything is written."""
