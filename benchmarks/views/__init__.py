"""What views cost."""
