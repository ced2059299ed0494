"""Taking in scans: a rescan updates and never doubles, a lead at rest stays so until its evidence changes."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_drafts import Clock, draft, finding, people

from graphkit.db import Database
from graphkit.ledger import Ledger
from graphkit.ledger.matching import blind, match


def counts(new: int = 0, updated: int = 0, unchanged: int = 0) -> dict[str, int]:
    return {"new": new, "updated": updated, "unchanged": unchanged}


def test_a_new_lead_has_number_state_and_both_languages(ledger: Ledger) -> None:
    assert ledger.upsert_leads([draft(people(1, 2)), draft(people(3, 4), score=0.9)]) == counts(new=2)
    first, second = ledger.leads()
    assert (first["lead_no"], first["members"]) == ("L-0001", people(3, 4)), (
        "the best lead of a scan has the lowest number"
    )
    assert first["title"] == {"zh": f"线索 {people(3)[0]}", "en": f"lead {people(3)[0]}"}
    assert first["amount_cny"] == "123456.78"
    assert (second["status"], second["first_seen"], second["pattern_id"]) == ("new", second["changed"], None)
    assert set(first) >= {"lead_no", "title", "score", "colour", "status", "subjects", "findings", "families", "amount_cny", "reasons", "refuting", "missing", "first_seen", "changed", "pattern_id"}  # fmt: skip


def test_the_same_scan_again_changes_nothing(ledger: Ledger) -> None:
    drafts = [draft(people(1, 2)), draft(people(3, 4))]
    ledger.upsert_leads(drafts)
    before = ledger.leads(), ledger.verify_chain()
    assert ledger.upsert_leads(drafts[::-1]) == counts(unchanged=2)
    assert (ledger.leads(), ledger.verify_chain()) == before


def test_new_evidence_updates_and_is_in_the_history(ledger: Ledger) -> None:
    ledger.upsert_leads([draft(people(1, 2))])
    before = ledger.lead("L-0001")
    assert ledger.upsert_leads([draft(people(1, 2), "e2", 0.7)]) == counts(updated=1)
    after = ledger.lead("L-0001")
    assert (after["score"], after["status"], after["first_seen"]) == (0.7, "new", before["first_seen"])
    assert after["changed"] > before["changed"]
    assert [h["action"] for h in after["history"]] == ["found", "evidence"]


def test_other_words_alone_update_without_a_step(ledger: Ledger) -> None:
    ledger.upsert_leads([draft(people(1, 2))])
    assert ledger.upsert_leads([draft(people(1, 2), missing=({"zh": "缺", "en": "lacks"},))]) == counts(updated=1)
    row = ledger.lead("L-0001")
    assert row["missing"] == [{"zh": "缺", "en": "lacks"}]
    assert (row["changed"], len(row["history"])) == (row["first_seen"], 1)


@pytest.mark.parametrize(
    ("later", "same"), [((1, 2, 3), True), ((1, 2, 3, 4), True), ((2, 3, 4, 5), False), ((1,), True), ((8, 9), False)]
)
def test_a_nest_that_grows_or_shrinks_is_the_same_lead(ledger: Ledger, later: tuple[int, ...], same: bool) -> None:
    ledger.upsert_leads([draft(people(1, 2))])
    answer = ledger.upsert_leads([draft(people(*later), "e2")])
    assert answer == (counts(updated=1) if same else counts(new=1))


def test_a_lead_that_is_not_found_again_stays(ledger: Ledger) -> None:
    ledger.upsert_leads([draft(people(1, 2))])
    assert ledger.upsert_leads([]) == counts()
    assert [row["lead_no"] for row in ledger.leads()] == ["L-0001"]


@pytest.mark.parametrize(
    ("action", "state", "reopened"),
    [("close", "closed", "assigned"), ("dismiss", "dismissed", "new"), ("hold", "hold", "assigned")],
)
def test_a_lead_at_rest_stays_until_its_evidence_changes(
    ledger: Ledger, action: str, state: str, reopened: str
) -> None:
    ledger.upsert_leads([draft(people(1, 2))])
    ledger.act("L-0001", action, reason="r")
    ledger.upsert_leads([draft(people(1, 2))])
    ledger.upsert_leads([draft(people(1, 2), score=0.1)])
    assert ledger.lead("L-0001")["status"] == state
    ledger.upsert_leads([draft(people(1, 2), "e2")])
    row = ledger.lead("L-0001")
    assert (row["status"], row["history"][-1]["action"]) == (reopened, "reopened")
    assert (row["history"][-1]["from"], row["history"][-1]["to"]) == (state, reopened)
    assert len(ledger.leads()) == 1


def test_a_lead_under_inquiry_keeps_its_state_when_evidence_comes(ledger: Ledger) -> None:
    ledger.upsert_leads([draft(people(1, 2))])
    ledger.act("L-0001", "dispose", how="preliminary", reason="r")
    ledger.upsert_leads([draft(people(1, 2), "e2")])
    row = ledger.lead("L-0001")
    assert (row["status"], row["history"][-1]["action"]) == ("preliminary", "evidence")


def test_what_belongs_to_a_higher_body_goes_up_and_leaves_number_and_date(db: Database, clock: Clock) -> None:
    ledger = Ledger(db, now=clock, own_level="county")
    levels = {people(1)[0]: "city", people(3)[0]: "county"}
    drafts = [draft(people(1, 2)), draft(people(3, 4))]
    assert ledger.upsert_leads(drafts, levels) == counts(new=2)
    up, own = (ledger.lead(row["lead_no"]) for row in sorted(ledger.leads(), key=lambda r: r["status"] == "new"))
    assert (up["status"], own["status"]) == ("transfer_up", "new")
    assert (up["subjects"], up["findings"], up["reasons"], up["amount_cny"]) == ([], [], [], "0.00")
    assert people(1)[0] not in str(up)
    assert ledger.upsert_leads([draft(people(1, 2, 7), "e2"), drafts[1]], levels) == counts(unchanged=2), (
        "known again, still empty"
    )
    assert ledger.lead(up["lead_no"])["subjects"] == []


def test_a_lead_goes_up_when_a_high_subject_joins(db: Database, clock: Clock) -> None:
    ledger = Ledger(db, now=clock, own_level="county")
    ledger.upsert_leads([draft(people(1, 2))])
    assert ledger.upsert_leads([draft(people(1, 2))], {people(2)[0]: "province"}) == counts(updated=1)
    row = ledger.lead("L-0001")
    assert (row["status"], row["subjects"], row["history"][-1]["action"]) == ("transfer_up", [], "transfer_up")


NESTS = st.lists(st.sets(st.integers(0, 9), min_size=1, max_size=5), max_size=6)


@given(NESTS, NESTS, st.randoms(use_true_random=False))
def test_matching_is_one_to_one_and_does_not_depend_on_order(
    old: list[set[int]], new: list[set[int]], rng: random.Random
) -> None:
    drafts = list({d.key: d for d in (draft(people(*nest)) for nest in new)}.values())
    known = {f"L-{i:04d}": (draft(people(*nest)).key, frozenset(people(*nest))) for i, nest in enumerate(old)}
    found = match(drafts, known)
    assert len(set(found.values())) == len(found)
    order = list(range(len(drafts)))
    rng.shuffle(order)
    again = match([drafts[i] for i in order], dict(rng.sample(sorted(known.items()), len(known))))
    assert {drafts[order[i]].key: number for i, number in again.items()} == {
        drafts[i].key: number for i, number in found.items()
    }
    for index, number in found.items():
        mine, theirs = drafts[index].members, known[number][1]
        assert len(mine & theirs) * 2 >= len(mine | theirs)
    for index, one in enumerate(drafts):
        if index not in found:
            free = [m for n, (_, m) in known.items() if n not in found.values()]
            assert all(len(one.members & m) * 2 < len(one.members | m) for m in free)


def test_only_people_and_firms_tie_nests_together() -> None:
    accounts = frozenset({"acct:1", "acct:2", "acct:3"})
    one = draft([*people(1), *accounts])
    assert match([one], {"L-0001": ("k", frozenset(people(2)) | accounts)}) == {}
    assert match([draft(accounts)], {"L-0001": ("k", accounts)}) == {0: "L-0001"}


def test_blinded_members_do_not_name_anybody() -> None:
    hidden = blind(people(1, 2))
    assert len(hidden) == 2
    assert not any("person" in member for member in hidden)
    assert match([draft(people(1, 2, 3))], {"L-0001": ("k", hidden)}) == {0: "L-0001"}


def test_publishing_a_scan_is_whole_and_readers_see_the_last_one(ledger: Ledger) -> None:
    assert ledger.last_scan() is None
    assert ledger.findings() == []
    report = {"snapshot": "s1", "as_of": "2024-03-01", "detectors": [], "findings": 2}
    full = ledger.publish_scan(report, [finding("F-2", "K02"), finding("F-1")], [draft(people(1, 2))])
    assert full == {"run": full["run"], **report, "leads": counts(new=1)}
    assert ledger.last_scan() == full
    assert [f["id"] for f in ledger.findings()] == ["F-1", "F-2"]
    assert [f["id"] for f in ledger.findings("K02")] == ["F-2"]
    second = ledger.publish_scan({**report, "snapshot": "s2"}, [finding("F-3")], [])
    assert [f["id"] for f in ledger.findings()] == ["F-3"]
    assert second["leads"] == counts()
    assert ledger.audit_rows(1)[0]["action"] == "published"
    assert ledger.verify_chain()["ok"]


def test_findings_that_a_lead_refers_to_outlive_their_scan(ledger: Ledger) -> None:
    report = {"snapshot": "s", "as_of": "2024-03-01"}
    ledger.publish_scan(report, [finding("F-1"), finding("F-2")], [draft(people(1, 2), findings=("F-1",))])
    ledger.publish_scan(report, [finding("F-3")], [])
    assert set(ledger.findings_of(["F-1", "F-2", "F-3"])) == {"F-1", "F-3"}
    ledger.publish_scan(report, [finding("F-1", score=0.9)], [])
    assert ledger.findings_of(["F-1"])["F-1"]["score"] == 0.9


def test_a_scan_that_fails_half_way_leaves_the_one_before(ledger: Ledger) -> None:
    report = {"snapshot": "s1", "as_of": "2024-03-01"}
    ledger.publish_scan(report, [finding("F-1")], [draft(people(1, 2))])
    before = (ledger.findings(), ledger.leads(), ledger.last_scan(), ledger.verify_chain())
    twice = [finding("F-9"), {"id": "F-8"}]
    with pytest.raises(KeyError):
        ledger.publish_scan({**report, "snapshot": "s2"}, twice, [draft(people(7, 8)), draft(people(1, 2), "e2")])
    assert (ledger.findings(), ledger.leads(), ledger.last_scan(), ledger.verify_chain()) == before


def test_order_of_events_survives_a_clock_that_is_set_back(ledger: Ledger, clock: Clock) -> None:
    ledger.upsert_leads([draft(people(1, 2))])
    clock.time -= timedelta(hours=1)
    ledger.act("L-0001", "comment", text="后")
    assert [h["seq"] for h in ledger.lead("L-0001")["history"]] == [1, 2]
    assert ledger.verify_chain()["ok"]
