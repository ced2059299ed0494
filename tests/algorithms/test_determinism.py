"""Same input, same bytes: whatever the hash seed of the process (DESIGN 6.7)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_facts import nest

from tests.repeats import repeats

SCRIPT = """
import hashlib, sys
from pathlib import Path
from graphkit.algorithms.brokers import brokers
from graphkit.algorithms.communities import CommunitySettings, communities
from graphkit.algorithms.expansion import expand
from graphkit.algorithms.paths import find_paths
from graphkit.projection import project

p = project(Path(sys.argv[1]))
answers = [
    expand(p, ["person:chief"], top=0),
    communities(p, settings=CommunitySettings(null_runs=9)),
    brokers(p, top=0),
    find_paths(p, "person:chief", "org:F", k=9),
    [a.tobytes() for a in p.arrays.values()],
    p.parts.to_pylist(),
]
print(hashlib.sha256(repr(answers).encode()).hexdigest())
"""


@pytest.mark.exhaustive
def test_any_hash_seed_gives_one_answer(tmp_path: Path) -> None:
    folder = nest()[0].write(tmp_path / "snap" / "facts")
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder)],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(repeats(3, 10))
    ]
    answers = {run.communicate()[0] for run in runs}
    assert all(run.returncode == 0 for run in runs)
    assert len(answers) == 1
