"""Trains the bundled model: from the data folder and generated text to the files under `pyshield/weights`."""
