"""The resolved node and edge tables of one snapshot: derived from the records, made again at will."""
