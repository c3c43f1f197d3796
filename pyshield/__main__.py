"""`python -m pyshield`: the command line."""

from pyshield.cli import main

main()
