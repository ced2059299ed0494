"""Received files become typed template rows, quarantined rows, or a refusal with a clear sentence.

The public names are re-exported lazily by their modules: `reading` (dataclasses), `read` (read_path, walk), `templates`.
"""
