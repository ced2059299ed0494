"""Pure, deterministic functions on projections: whom to look at next, groups, intermediaries, paths in words."""
