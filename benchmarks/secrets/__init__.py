"""Secrets beside detect-secrets: speed, recall, false alarms."""
