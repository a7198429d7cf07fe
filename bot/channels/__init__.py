"""Chat channels: they carry words between people and the front door, and decide nothing."""
