"""pyshield's scanners beside llm-guard's, and many prompts at once."""
