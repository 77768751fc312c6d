"""Those who run trials: a loop that asks, runs the job and tells; launched, and watched if need be."""
