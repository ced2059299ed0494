"""Received files become typed template rows, quarantined rows, or a refusal with a clear sentence.

Start at `read` (walk, read_path, reread_row, row_bytes), `reading` (the dataclasses) and `templates`.
"""
