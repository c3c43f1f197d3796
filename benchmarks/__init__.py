"""Benchmarks of pyshield; see README.md in this folder."""
