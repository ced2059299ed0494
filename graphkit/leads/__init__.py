"""Findings → leads: one nest, one lead; scores with their parts."""
