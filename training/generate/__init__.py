"""Synthetic training rows, one module per subject: `generate(rng, count)` yields `Example`s.

Everything here is written by this project. The same seed gives the same rows.
"""
