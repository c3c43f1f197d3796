"""Scanners that are not pyshield's, and stages of cascades: run in Python, beside the native ones."""
