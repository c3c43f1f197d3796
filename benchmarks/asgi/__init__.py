"""The middleware on a real server: what it costs a small request, and many slow streams at once."""
