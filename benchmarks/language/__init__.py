"""Language identification beside others."""
