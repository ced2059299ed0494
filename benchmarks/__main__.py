"""`python -m benchmarks` runs everything; `python -m benchmarks recall --seeds 1,2` one of them with its options."""

from __future__ import annotations

import sys

from benchmarks import bench_recall, bench_start, bench_transfers

BENCHES = {"start": bench_start.main, "transfers": bench_transfers.main, "recall": bench_recall.main}


def main(args: list[str]) -> int:
    """Run the named benchmark, or all; 2 for an unknown name."""
    if not args:
        for bench in BENCHES.values():
            bench()
        return 0
    if args[0] not in BENCHES:
        print(f"unknown benchmark {args[0]}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    BENCHES[args[0]](args[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
