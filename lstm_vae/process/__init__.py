"""TensorFlow in this process: how it starts, what it need not import, what it must give back."""
