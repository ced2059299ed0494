"""Ratios in one run, each step in a process of its own; never a timed test. `python -m benchmarks [NAME…]`."""
