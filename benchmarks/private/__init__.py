"""Private data: recognisers against Presidio, and how Anonymize grows."""
