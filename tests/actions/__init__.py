"""Tests of the actions: the draft, the talk, the words."""
