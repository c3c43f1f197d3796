"""What it costs to scan an answer while it is written."""
