"""The tests, mirroring tracker/ path for path."""
