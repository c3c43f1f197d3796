"""What the tests of pyshield-asgi share."""
