"""What an operator looks at: readiness, heartbeats, metrics, logs."""
