"""The chat channels, against a local Bot API and in a real browser."""
