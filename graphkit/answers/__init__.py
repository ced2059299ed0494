"""Answers: the rooms below put together into the JSON shapes of CONTRACT 2."""
