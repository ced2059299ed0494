"""Are planted nests found, and are innocent look-alikes left alone? Five seeds that nobody tuned on.

Printed per nest: the rank of the first lead that names at least two of its members, the share of its members that lead
names, and how much of the rest `expand` finds in its first ten from one member — beside the plain baseline that sorts
by the number of hops (ties by id).
"""

from __future__ import annotations

import argparse
import json
import secrets
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.child import step, table

AS_OF = date(2023, 12, 31)
TOP = 10


def recall(folder: str, seed: str) -> dict[str, Any]:
    """Generate, load, scan and question one province; everything `main` prints about it."""
    import graphkit
    from graphkit.generate import generate

    root = Path(folder)
    generate(root / "in", seed=int(seed))
    truth = json.loads((root / "in" / "truth.json").read_text("utf-8"))
    start = time.perf_counter()
    with graphkit.open(root / "ws") as ws:
        ws.load(root / "in" / "files")
        ws.scan(as_of=AS_OF)
        ids = _resolve(ws, truth)
        leads = ws.leads(top=0)
        nests = [_nest(ws, nest, [ids[_number(m)] for m in nest["members"]], leads) for nest in truth["nests"]]
        red = [finding for finding in ws.findings(top=0) if finding["colour"] == "red"]
        alarms = _alarms(truth, ids, red)
    return {
        "seconds": time.perf_counter() - start,
        "nests": nests,
        "alarms": alarms,
        "leads": len(leads),
        "red": len(red),
        "likes": len(truth["lookalikes"]),
    }


def _number(member: dict[str, str]) -> str:
    return member.get("id_no") or member["uscc"]


def _resolve(ws: Any, truth: dict[str, Any]) -> dict[str, str]:
    people = [m for nest in truth["nests"] for m in nest["members"]]
    people += [s for like in truth["lookalikes"] for s in like["subjects"]]
    numbers = sorted({_number(one) for one in people})
    answers = dict(zip(numbers, ws.resolve(numbers), strict=True))
    if lost := [number for number, answer in answers.items() if not answer["matches"]]:
        raise RuntimeError(f"not found in the graph: {lost}")
    return {number: answer["matches"][0]["id"] for number, answer in answers.items()}


def _nest(ws: Any, nest: dict[str, Any], members: Sequence[str], leads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    group = set(members)
    named = [len(group & {s["id"] for s in lead["subjects"]}) for lead in leads]
    rank = next((place for place, n in enumerate(named, start=1) if n >= 2), None)
    shares, plain = [], []
    graph = ws.projection("people_and_firms").to_networkx().to_undirected(as_view=True)
    for seed in members:
        rest = group - {seed}
        found = {c["id"] for c in ws.expand([seed], top=TOP)["candidates"]}
        shares.append(len(rest & found) / min(TOP, len(rest)))
        plain.append(len(rest & set(_nearest(graph, seed))) / min(TOP, len(rest)))
    return {
        "shape": nest["shape"],
        "rank": rank,
        "covered": named[rank - 1] / len(group) if rank else 0.0,
        "first": shares[0],
        "mean": sum(shares) / len(shares),
        "hops": sum(plain) / len(plain),
    }


def _nearest(graph: Any, seed: str) -> list[str]:
    import networkx as nx

    distance = nx.single_source_shortest_path_length(graph, seed, cutoff=4) if seed in graph else {}
    return [node for _, node in sorted((d, node) for node, d in distance.items() if d)][:TOP]


def _alarms(truth: dict[str, Any], ids: dict[str, str], red: Sequence[dict[str, Any]]) -> list[str]:
    out = []
    for like in truth["lookalikes"]:
        innocent = {ids[_number(s)] for s in like["subjects"]}
        hits = sorted({f["detector"] for f in red if innocent & {s["id"] for s in f["subjects"]}})
        if hits:
            out.append(f"{like['kind']}: {', '.join(hits)}")
    return out


STEPS = {"recall": recall}


def main(args: Sequence[str] = ()) -> None:
    """Print the tables; `--seeds 1,2,3` repeats a run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks recall")
    parser.add_argument("--seeds", default="", help="comma separated; default: five fresh ones")
    given = parser.parse_args(args).seeds
    seeds = [int(s) for s in given.split(",")] if given else sorted(10 + secrets.randbelow(10**6) for _ in range(5))
    rows, alarms, overview = [], [], []
    for seed in seeds:
        with TemporaryDirectory() as folder:
            run = step("benchmarks.bench_recall", "recall", folder, str(seed))
        answer = run.answer
        for nest in answer["nests"]:
            rows.append(
                [
                    seed,
                    nest["shape"],
                    nest["rank"] or "-",
                    *(f"{nest[k]:.0%}" for k in ("covered", "first", "mean", "hops")),
                ]
            )
        alarms += [[seed, alarm] for alarm in answer["alarms"]]
        overview.append([seed, answer["leads"], answer["red"], len(answer["alarms"]), answer["likes"], run.peak_mb])
    table(
        f"planted nests (rank of the lead; expand: share of the other members in the first {TOP})",
        ["seed", "shape", "lead", "named", "expand from the first", "expand, mean", "by hops, mean"],
        rows,
    )
    table("look-alikes", ["seed", "leads", "red findings", "look-alikes red", "of", "peak MB"], overview)
    if alarms:
        table("look-alikes that turned red", ["seed", "kind: detectors"], alarms)
