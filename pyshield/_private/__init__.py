"""What the scanners of private data share: arguments, groups of patterns, models that find names."""
