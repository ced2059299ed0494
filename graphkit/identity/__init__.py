"""Who is who: the evidence ladder (CONTRACT 3). Nobody is ever merged on a person's name."""
