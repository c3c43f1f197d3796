"""A real server and a real client: capacity, and what happens at three times of it."""
