"""Makes the bundled model: data, synthesis, training, quantisation, evaluation, model card.

Run as `python -m training STAGE`, from the repository's root, in a virtual environment with
`training/requirements.in` installed. Nothing here is imported by the package `pyshield`.
"""
