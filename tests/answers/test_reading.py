"""Findings, subjects, leads, groups, brokers and `expand` of the county: keys of CONTRACT 2, filters, order, limits."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from graphkit.errors import UsageError
from graphkit.workspace import Workspace
from tests.contract_keys import EVIDENCE, FINDING, LEAD, SUBJECT
from tests.views.county import AS_OF, County

COMMUNITY = {"id", "size", "members", "stability", "conductance", "mixed", "amount_cny", "p_value"}
BROKER = {"rank", "id", "label", "name", "score", "pairs_cut", "between", "sampled"}
CANDIDATE = {"rank", "id", "label", "name", "score", "paths", "missing"}


@pytest.fixture(scope="module")
def findings(county: Workspace) -> list[dict[str, Any]]:
    return county.findings(top=0)


def test_findings_have_the_keys_and_the_order_of_the_contract(
    findings: list[dict[str, Any]], county: Workspace
) -> None:
    assert len(findings) > 20
    assert [(-f["score"], f["id"]) for f in findings] == sorted((-f["score"], f["id"]) for f in findings)
    for f in findings:
        assert set(f) >= FINDING
        assert f["colour"] in ("red", "yellow", "green") and f["class"] in ("认定级", "线索级") and 0 <= f["score"] <= 1
        assert f["snapshot"] == county.snapshot
        assert all(set(s) >= SUBJECT for s in f["subjects"])
        assert all(
            {"check", "result", "note"} <= set(c) and c["result"] in ("excluded", "possible", "not_checked")
            for c in f["innocent_explanations"]
        )
        assert f["evidence"] and f["law_refs"]


def test_every_piece_of_evidence_has_its_line_or_its_parts(findings: list[dict[str, Any]]) -> None:
    def check(e: dict[str, Any]) -> None:
        assert set(e) >= EVIDENCE
        assert (e["source"] is not None) != bool(e.get("derived_from")), e["id"]
        for part in e.get("derived_from", ()):
            check(part)

    for f in findings:
        for e in f["evidence"]:
            check(e)


def test_a_red_finding_rests_on_numbers_and_registered_names(findings: list[dict[str, Any]]) -> None:
    red = [f for f in findings if f["colour"] == "red"]
    assert red
    for f in red:
        assert {s["identity_grade"] for s in f["subjects"]} <= {"identifier", "unique_name"}


@pytest.mark.parametrize("detector", ["B01", "b02", "K02", "W01", "P01"])
def test_findings_of_one_detector(county: Workspace, findings: list[dict[str, Any]], detector: str) -> None:
    assert county.findings(detector=detector, top=0) == [f for f in findings if f["detector"] == detector.upper()]


def test_findings_of_one_subject_by_id_and_by_name(county: Workspace, findings: list[dict[str, Any]]) -> None:
    firm = next(s for f in findings for s in f["subjects"] if s["id"].startswith("org:9"))
    mine = [f for f in findings if firm["id"] in {s["id"] for s in f["subjects"]}]
    assert county.findings(subject=firm["id"], top=0) == county.findings(subject=firm["name"], top=0) == mine


@pytest.mark.parametrize("top", [1, 3, 50])
def test_top_cuts_and_zero_is_all(county: Workspace, findings: list[dict[str, Any]], top: int) -> None:
    assert county.findings(top=top) == findings[:top]
    everybody = county.subjects(top=0)
    assert county.subjects(top=top) == everybody[:top]
    assert county.leads(top=top) == county.leads(top=0)[:top]


def test_findings_of_an_unknown_subject_are_a_usage_error(county: Workspace) -> None:
    with pytest.raises(UsageError):
        county.findings(subject="没有这家")


def test_subjects_are_those_of_the_findings_with_the_parts_of_their_score(
    county: Workspace, findings: list[dict[str, Any]]
) -> None:
    rows = county.subjects(top=0)
    assert [(-r["score"], r["id"]) for r in rows] == sorted((-r["score"], r["id"]) for r in rows)
    assert [r["rank"] for r in rows] == list(range(1, len(rows) + 1))
    known = {f["id"]: f for f in findings}
    for r in rows:
        assert set(r) >= {"id", "label", "name", "score", "rank", "parts"}
        assert 0 <= r["score"] <= 1 and r["parts"]
        for part in r["parts"]:
            assert set(part) >= {"detector", "family", "score", "weight", "finding"}
            assert r["id"] in {s["id"] for s in known[part["finding"]]["subjects"]}
            assert known[part["finding"]]["detector"] == part["detector"]


def test_a_family_counts_only_its_own(county: Workspace) -> None:
    for family in ("B", "k", "W"):
        rows = county.subjects(family=family, top=0)
        assert rows
        assert {p["family"] for r in rows for p in r["parts"]} == {family.upper()}
    assert county.subjects(family="Z", top=0) == []


def test_a_label_chooses_subjects(county: Workspace) -> None:
    everybody = county.subjects(top=0)
    for label in {r["label"] for r in everybody}:
        assert [r["id"] for r in county.subjects(label=label, top=0)] == [
            r["id"] for r in everybody if r["label"] == label
        ]


def test_leads_cover_every_finding_once_and_say_why(county: Workspace, findings: list[dict[str, Any]]) -> None:
    rows = county.leads(top=0)
    assert [(-r["score"], r["lead_no"]) for r in rows] == sorted((-r["score"], r["lead_no"]) for r in rows)
    listed = [i for r in rows for i in r["findings"]]
    assert len(listed) == len(set(listed))
    assert set(listed) <= {f["id"] for f in findings}
    for r in rows:
        assert set(r) >= LEAD
        assert re.fullmatch(r"\d+\.\d\d", r["amount_cny"]) and r["reasons"]
        assert r["families"] == sorted({f["family"] for f in findings if f["id"] in r["findings"]})


def test_a_lead_comes_with_history_and_full_findings(county: Workspace, findings: list[dict[str, Any]]) -> None:
    row = county.leads(top=1)[0]
    full = county.lead(row["lead_no"])
    assert set(full) >= LEAD | {"history"}
    assert [f["id"] for f in full["findings"]] == row["findings"]
    known = {f["id"]: f for f in findings}
    assert full["findings"] == [known[i] for i in row["findings"]]
    assert set(full["history"][0]) >= {"seq", "at", "by", "action", "from", "to", "note", "hash", "prev_hash"}
    for f in full["findings"]:
        for e in f["evidence"]:
            assert all(end in full["names"] for end in (e["from"], e["to"]) if end)


def test_leads_of_a_status(county: Workspace) -> None:
    assert county.leads(status="new", top=0) == county.leads(top=0)
    assert county.leads(status="closed", top=0) == []


def test_an_unknown_lead_is_a_usage_error(county: Workspace) -> None:
    with pytest.raises(UsageError):
        county.lead("L-9999")


def test_groups(county: Workspace) -> None:
    rows = county.communities()
    assert rows and len({r["id"] for r in rows}) == len(rows)
    members = [m["id"] for r in rows for m in r["members"]]
    assert len(members) == len(set(members))
    for r in rows:
        assert set(r) >= COMMUNITY
        assert r["size"] == len(r["members"]) > 1
        assert 0 <= r["conductance"] <= 1 and (r["stability"] is None or 0 <= r["stability"] <= 1)
        assert r["p_value"] is None or 0 < r["p_value"] <= 1
        assert isinstance(r["mixed"], bool) and re.fullmatch(r"\d+\.\d\d", r["amount_cny"])
        assert all(set(m) >= SUBJECT for m in r["members"])


def test_brokers(county: Workspace) -> None:
    rows = county.brokers(top=10)
    assert [r["rank"] for r in rows] == list(range(1, 11))
    assert [r["score"] for r in rows] == sorted((r["score"] for r in rows), reverse=True)
    for r in rows:
        assert set(r) >= BROKER
        assert r["id"].startswith("person:") and r["pairs_cut"] >= 0
        assert set(r["between"]) == {"staff", "suppliers"}
    assert county.brokers(top=3) == rows[:3]


def test_seeds_are_never_candidates_and_every_candidate_has_a_path(county: Workspace) -> None:
    seeds = [s["id"] for s in county.leads(top=1)[0]["subjects"]][:2]
    answer = county.expand(seeds, top=15, as_of=AS_OF)
    assert set(answer) >= {"seeds", "as_of", "candidates", "truncated"}
    assert [s["id"] for s in answer["seeds"]] == seeds and answer["as_of"] == AS_OF.isoformat()
    found = [c["id"] for c in answer["candidates"]]
    assert 0 < len(found) <= 15 and not set(found) & set(seeds) and len(set(found)) == len(found)
    assert [c["rank"] for c in answer["candidates"]] == list(range(1, len(found) + 1))
    scores = [c["score"] for c in answer["candidates"]]
    assert scores == sorted(scores, reverse=True)
    for c in answer["candidates"]:
        assert set(c) >= CANDIDATE and c["paths"]
        for p in c["paths"]:
            assert set(p) >= {"hops", "text", "weakest_grade"}
            assert p["nodes"][0] in seeds and p["nodes"][-1] == c["id"]
            assert all(set(h) >= EVIDENCE for h in p["hops"])


def test_expand_on_an_early_day_uses_nothing_later(county: Workspace) -> None:
    day = date(2021, 6, 30)
    seed = county.leads(top=1)[0]["subjects"][0]["id"]

    def dates(e: dict[str, Any]) -> list[str]:
        own = [e["props"]["from_date"]] if "from_date" in e["props"] else []
        return own + [d for part in (*e.get("derived_from", ()), *e.get("also", ())) for d in dates(part)]

    answer = county.expand([seed], top=10, as_of=day)
    for c in answer["candidates"]:
        for p in c["paths"]:
            assert all(d <= day.isoformat() for h in p["hops"] for d in dates(h))


def test_expand_takes_names_and_refuses_strangers(county: Workspace) -> None:
    firm = county.subjects(label="Company", top=1)[0]
    assert county.expand([firm["name"]], top=5) == county.expand([firm["id"]], top=5)
    with pytest.raises(UsageError):
        county.expand(["没有这家"])


def test_no_answer_shows_a_personal_number(county: Workspace, files: County) -> None:
    secrets = (
        {r["id_no"] for r in files.of("persons")}
        | {r["acct"] for r in files.of("accounts")}
        | {r["phone"] for r in files.of("persons")}
    )
    seed = county.leads(top=1)[0]["subjects"][0]["id"]
    answers = [county.findings(top=0), county.subjects(top=0), county.leads(top=0), county.lead("L-0001"), county.expand([seed]), county.communities(), county.neighbors(seed, limit=0)]  # fmt: skip
    text = json.dumps(answers, ensure_ascii=False)
    assert {n for n in set(re.findall(r"\d{11,}X?", text)) if n in secrets} == set()


def test_both_languages_say_the_same_facts(county: Workspace) -> None:
    with Workspace(county.root, lang="en") as english:
        english.__dict__["key"] = county.key
        zh, en = county.leads(top=0), english.leads(top=0)
    assert [r["lead_no"] for r in zh] == [r["lead_no"] for r in en]
    assert [r["subjects"] for r in zh] == [r["subjects"] for r in en]
    assert all(a["title"] != b["title"] for a, b in zip(zh, en, strict=True))


def test_detectors_say_what_they_judged(county: Workspace, findings: list[dict[str, Any]]) -> None:
    for row in county.detectors():
        assert row["outcome"] in ("hit", "clear", "not_run")
        assert row["hits"] == sum(f["detector"] == row["id"] for f in findings)
        assert (row["outcome"] == "hit") == (row["hits"] > 0)
        assert row["outcome"] == "not_run" or row["applied"] > 0
