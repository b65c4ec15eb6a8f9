"""Follows what was recommended: who was asked for what, what was done, and on what evidence."""
