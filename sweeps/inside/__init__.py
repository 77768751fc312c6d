"""What a swept job may call, and what it imports then: light, without Optuna."""
