"""Declarations of the built-in scanners: what they have in common, and how they are found by name."""
