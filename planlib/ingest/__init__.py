"""Files -> checked tables."""
