"""A random life of the ledger: scans, decisions and looks in any order keep their promises."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from ledger_drafts import Clock, draft, finding, people

from graphkit.db import open_database
from graphkit.errors import UsageError
from graphkit.ledger import Ledger
from graphkit.ledger.states import rules

ACTIONS = ["assign", "close", "dismiss", "register", "transfer_out", "talk", "preliminary", "hold"]


class LedgerLife(RuleBasedStateMachine):
    """Nests are pairs (2k, 2k+1), so that each stays one lead whatever its evidence; the model knows state and evidence."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.db = open_database(Path(self.folder))
        self.ledger = Ledger(self.db, now=Clock())
        self.model: dict[int, list[str]] = {}
        self.steps: dict[int, int] = {}

    @rule(nests=st.dictionaries(st.integers(0, 3), st.sampled_from("abc"), max_size=4))
    def scan(self, nests: dict[int, str]) -> None:
        drafts = [draft(people(2 * n, 2 * n + 1), evidence) for n, evidence in nests.items()]
        new = sum(n not in self.model for n in nests)
        fresh = sum(n in self.model and self.model[n][1] != e for n, e in nests.items())
        report = self.ledger.publish_scan({"snapshot": "s", "as_of": "2024-03-01"}, [finding("F-1")], drafts)
        assert report["leads"] == {"new": new, "updated": fresh, "unchanged": len(nests) - new - fresh}
        for n, evidence in nests.items():
            state = self.model.get(n, ["new", evidence])
            if state[1] != evidence:
                state = [rules().states[state[0]].reopens_to or state[0], evidence]
            self.model[n] = state

    @rule(nest=st.integers(0, 3), action=st.sampled_from(ACTIONS))
    def decide(self, nest: int, action: str) -> None:
        number = self.number(nest)
        if number is None:
            return
        allowed = self.model[nest][0] in rules().actions[action].sources
        try:
            row = self.ledger.act(number, action, to="一室", reason="理由")
            assert allowed
            self.model[nest][0] = rules().actions[action].to
            assert row["status"] == self.model[nest][0]
        except UsageError:
            assert not allowed

    @rule(nest=st.integers(0, 3))
    def confirm(self, nest: int) -> None:
        if number := self.number(nest):
            assert self.ledger.act(number, "confirm")["confirmed"] == people(2 * nest, 2 * nest + 1)

    def number(self, nest: int) -> str | None:
        found = [row["lead_no"] for row in self.ledger.leads() if row["members"] == people(2 * nest, 2 * nest + 1)]
        assert len(found) <= 1, "never doubled"
        return found[0] if found else None

    @invariant()
    def every_nest_is_one_lead_in_its_state(self) -> None:
        rows = self.ledger.leads()
        assert {tuple(r["members"]): r["status"] for r in rows} == {
            tuple(people(2 * n, 2 * n + 1)): s[0] for n, s in self.model.items()
        }
        assert [r["lead_no"] for r in rows] == [f"L-{i:04d}" for i in range(1, len(rows) + 1)]

    @invariant()
    def histories_are_unbroken(self) -> None:
        for row in self.ledger.leads():
            history = self.ledger.lead(row["lead_no"])["history"]
            assert [h["from"] for h in history] == ["", *(h["to"] for h in history[:-1])]
            assert history[-1]["to"] == row["status"]
        assert self.ledger.verify_chain()["ok"]

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.folder)
        assert not os.path.exists(self.folder)


LedgerLife.TestCase.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLedgerLife = LedgerLife.TestCase
