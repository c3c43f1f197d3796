"""Private data: recognisers beside Presidio, long texts, ten thousand sessions, and what a kill leaves."""
