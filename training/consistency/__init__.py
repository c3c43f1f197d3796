"""The model of consistency with a source: what of a claim stands in a text, and what speaks against it.

A copy of `runtime/core/src/consistency`, with which it shares its lists of words; and how its weights are
made.
"""
