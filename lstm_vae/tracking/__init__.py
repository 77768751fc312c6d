"""Runs as TensorBoard, MLflow and Weights & Biases show them; each is one switch, off by default."""
