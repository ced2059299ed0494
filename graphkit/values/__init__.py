"""Single values as people write them: each reader takes a text and gives a value, or a stable reason why not.

Pure and without state. Readers of cells return `Parsed`; the wording of every reason and note is in `reasons`.
"""
