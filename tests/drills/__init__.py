"""Longer trials than the suite has time for: `make drill`."""
