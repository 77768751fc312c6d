"""Layers as CPUs compute them faster (docs/decisions/0008), with the gradients of Keras's own."""
