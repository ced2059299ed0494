"""The table of states: closed in itself, and each decision does what 线索台账 says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ledger_drafts import draft, people

from graphkit.errors import UsageError
from graphkit.ledger import Ledger
from graphkit.ledger.states import DISPOSITIONS, MGMT_LEVELS, above, rules, steps


def test_the_table_is_closed_and_every_step_follows_it() -> None:
    table = rules()
    for state in table.states.values():
        assert state.next <= set(table.states)
        assert state.reopens_to is None or state.reopens_to in table.states
        assert state.name.zh
        assert state.name.en
    for action in table.actions.values():
        for source in action.sources:
            state = source
            for target in steps(action.id, source):
                assert target in table.states[state].next or target == state, (action.id, source)
                state = target
            assert state == action.to


def test_the_four_dispositions_lead_to_their_states() -> None:
    assert {how: rules().actions[how].to for how in DISPOSITIONS} == {
        "talk": "talk",
        "preliminary": "preliminary",
        "hold": "hold",
        "close": "closed",
    }


@pytest.mark.parametrize(("level", "own", "up"), [("province", "city", True), ("city", "city", False), ("unit", "county", False), (None, "city", False), ("odd", "city", False), ("province", None, False)])  # fmt: skip
def test_who_belongs_to_a_higher_body(level: str | None, own: str | None, up: bool) -> None:
    assert above(level, own) is up


def test_levels_rise() -> None:
    assert all(above(high, low) for low, high in pairwise(MGMT_LEVELS))


@pytest.fixture
def lead(ledger: Ledger) -> str:
    ledger.upsert_leads([draft(people(1, 2))])
    return "L-0001"


def path(ledger: Ledger, number: str) -> list[tuple[str, str, str]]:
    return [(h["action"], h["from"], h["to"]) for h in ledger.lead(number)["history"]]


def test_assign_passes_registration_and_names_the_unit(ledger: Ledger, lead: str) -> None:
    row = ledger.act(lead, "assign", to="第二监督检查室")
    assert (row["status"], row["owner"]) == ("assigned", "第二监督检查室")
    assert path(ledger, lead) == [
        ("found", "", "new"),
        ("register", "new", "registered"),
        ("assign", "registered", "assigned"),
    ]
    assert row["history"][-1]["payload"] == {"to": "第二监督检查室"}
    assert ledger.act(lead, "assign", to="第三室")["owner"] == "第三室"


@pytest.mark.parametrize(
    ("how", "state"), [("talk", "talk"), ("preliminary", "preliminary"), ("hold", "hold"), ("close", "closed")]
)
@pytest.mark.parametrize("name", ["how", "disposition"])
def test_dispose_goes_through_every_state_and_keeps_the_reason(
    ledger: Ledger, lead: str, how: str, state: str, name: str
) -> None:
    row = ledger.act(lead, "dispose", **{name: how}, reason="有可查性")
    assert row["status"] == state
    assert [to for _, _, to in path(ledger, lead)] == ["new", "registered", "assigned", state]
    last = row["history"][-1]
    assert (last["action"], last["note"], last["by"]) == ("dispose", "有可查性", "王调查")
    assert last["payload"] == {"how": how, "reason": "有可查性"}
    assert row["changed"] > row["first_seen"]


def test_implied_steps_do_not_change_the_owner(ledger: Ledger, lead: str) -> None:
    ledger.act(lead, "assign", to="一室")
    assert ledger.act(lead, "dispose", how="talk", reason="r")["owner"] == "一室"


@pytest.mark.parametrize(
    "arguments", [{"how": "talk"}, {"how": "talk", "reason": "  "}, {"how": "arrest", "reason": "r"}, {"reason": "r"}]
)
def test_a_disposition_without_reason_or_of_another_kind_is_refused(
    ledger: Ledger, lead: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        ledger.act(lead, "dispose", **arguments)
    assert path(ledger, lead) == [("found", "", "new")], "nothing was written"


def test_a_step_that_is_not_allowed_names_those_that_are(ledger: Ledger, lead: str) -> None:
    ledger.act(lead, "close", reason="失实")
    with pytest.raises(UsageError) as caught:
        ledger.act(lead, "dispose", how="talk", reason="r")
    assert caught.value.code == "not-allowed"
    assert "assign" in caught.value.fix.en
    assert "予以了结" in caught.value.message.zh
    assert ledger.act(lead, "assign", to="回头看组")["status"] == "assigned"


@pytest.mark.parametrize("action", ["arrest", ""])
def test_an_unknown_step_is_refused(ledger: Ledger, lead: str, action: str) -> None:
    with pytest.raises(UsageError, match="unknown-action"):
        ledger.act(lead, action)


@pytest.mark.parametrize("number", ["L-0002", "", "x"])
def test_an_unknown_lead_is_refused(ledger: Ledger, lead: str, number: str) -> None:
    for call in (lambda: ledger.lead(number), lambda: ledger.act(number, "comment", text="t")):
        with pytest.raises(UsageError, match="unknown-lead"):
            call()


def test_numbers_are_forgiving_about_case_and_blanks(ledger: Ledger, lead: str) -> None:
    assert ledger.lead(" l-0001 ")["lead_no"] == lead


def test_a_comment_changes_no_state(ledger: Ledger, lead: str) -> None:
    row = ledger.act(lead, "comment", text="与信访件 7 相关")
    assert row["status"] == "new"
    assert row["history"][-1] | {"seq": 0, "hash": "", "prev_hash": "", "at": ""} == {
        "seq": 0, "at": "", "by": "王调查", "action": "comment", "from": "new", "to": "new", "note": "与信访件 7 相关", "payload": {}, "hash": "", "prev_hash": "",
    }  # fmt: skip
    with pytest.raises(UsageError):
        ledger.act(lead, "comment", text="")


def test_confirming_marks_members_once(ledger: Ledger, lead: str) -> None:
    one, two = people(1, 2)
    assert ledger.act(lead, "confirm", subjects=[two])["confirmed"] == [two]
    assert ledger.act(lead, "confirm", subjects=[two, one])["confirmed"] == [one, two]
    assert ledger.act(lead, "confirm")["confirmed"] == [one, two]
    with pytest.raises(UsageError, match="not-a-member"):
        ledger.act(lead, "confirm", subjects=people(9))


def test_history_names_whom_a_confirmation_is_about(ledger: Ledger) -> None:
    one, two = people(1, 2)
    named = ({"id": one, "label": "Person", "name": "虚一", "role": "", "identity_grade": "identifier"},)
    ledger.upsert_leads([draft(people(1, 2), subjects=named)])
    number = ledger.leads()[0]["lead_no"]
    ledger.act(number, "confirm", subjects=[one])
    ledger.act(number, "confirm")
    notes = [step["note"] for step in ledger.lead(number)["history"] if step["action"] == "confirm"]
    assert notes == [f"虚一 {one}", f"虚一 {one}；{two}"]
    assert ledger.verify_chain()["ok"]


def test_confirming_nobody_in_particular_confirms_all(ledger: Ledger, lead: str) -> None:
    assert ledger.act(lead, "confirm", subjects=[])["confirmed"] == people(1, 2)


def test_dismissed_and_transferred(ledger: Ledger) -> None:
    ledger.upsert_leads([draft(people(1, 2)), draft(people(3, 4)), draft(people(5, 6))])
    assert ledger.act("L-0001", "dismiss", reason="同名")["status"] == "dismissed"
    assert ledger.act("L-0002", "transfer_out", reason="非本机关管辖")["status"] == "transfer_out"
    gone = ledger.act("L-0003", "transfer_up")
    assert (gone["status"], gone["subjects"], gone["findings"]) == ("transfer_up", [], [])
    assert all(m.startswith("h:") for m in gone["members"])
    assert [row["lead_no"] for row in ledger.leads("dismissed")] == ["L-0001"]


@pytest.mark.parametrize("name", ["closed", "予以了结"])
def test_leads_are_listed_by_state_in_either_language(ledger: Ledger, lead: str, name: str) -> None:
    ledger.act(lead, "close", reason="r")
    assert [row["lead_no"] for row in ledger.leads(name)] == [lead]
    assert ledger.leads("new") == []
    with pytest.raises(UsageError, match="unknown-status"):
        ledger.leads("gone")
