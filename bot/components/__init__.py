"""Rasa-side components. They run on Python 3.10 and import nothing of this project."""
