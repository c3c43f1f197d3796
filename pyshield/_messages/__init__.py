"""How conversations are scanned: `pyshield.messages` has the public types."""
