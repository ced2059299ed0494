"""Open Contracting Data Standard 1.1: merging releases, and mapping a compiled release to template rows."""
