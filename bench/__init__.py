"""Long measurements: quality beside reference models, speed beside peers."""
