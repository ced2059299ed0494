"""What the ledger takes in: lead drafts of the leads room, and the settings of a schedule."""

from __future__ import annotations

from typing import Protocol

from graphkit.leads.draft import LeadDraft


class Schedule(Protocol):
    """When a scan is due: every so many hours, or daily at HH:MM local time (`ScheduleSettings` of the config)."""

    @property
    def every_hours(self) -> float | None:
        """Hours after the last scan from which the next is due; None = not by hours."""

    @property
    def at(self) -> str | None:
        """Local time HH:MM at which a scan is due daily; None = not by the clock."""


__all__ = ["LeadDraft", "Schedule"]
