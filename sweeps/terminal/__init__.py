"""Lines for people: on the terminal, in words, and on the way out."""
