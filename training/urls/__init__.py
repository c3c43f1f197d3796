"""Malicious addresses: a linear model of what a host looks like, quantised into one small table.

`runtime/core/src/urls` reads that table and reads addresses as `features` does here; a recorded set of
addresses and their features holds the two to the same.
"""
