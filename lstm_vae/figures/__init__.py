"""Figures: loss curves, digits, latents."""
