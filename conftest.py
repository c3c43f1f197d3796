"""What all property tests go by."""

from __future__ import annotations

from hypothesis import settings

# A busy machine may take its time for one example.
settings.register_profile("pyshield", settings(), deadline=None)
# To search for longer: `pytest --hypothesis-profile long`; tests that give a number of examples keep to it.
settings.register_profile("long", settings.get_profile("pyshield"), max_examples=5_000, derandomize=False)
settings.load_profile("pyshield")
