"""What the ledger takes in: lead drafts of the leads room, and the settings of a schedule."""

from __future__ import annotations

from typing import Protocol

from graphkit.leads.draft import LeadDraft


class Schedule(Protocol):
    """When a scan is due: every so many hours, or daily at HH:MM local time (`ScheduleSettings` of the config)."""

    @property
    def every_hours(self) -> float | None: ...

    @property
    def at(self) -> str | None: ...


__all__ = ["LeadDraft", "Schedule"]
