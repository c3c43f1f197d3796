"""What awaiting costs, what it does to the event loop, what cancellations and panics leave behind."""
