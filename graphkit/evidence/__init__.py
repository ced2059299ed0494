"""The sealed pack of one lead, and its check."""
