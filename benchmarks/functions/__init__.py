"""Calls of registered Python functions."""
