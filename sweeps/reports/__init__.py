"""A study as a page that people open: one HTML file, without a network."""
