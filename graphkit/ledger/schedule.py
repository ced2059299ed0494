"""When a scan is due. Whoever calls `scan --due` (systemd timer, cron, the workbench), the answer is the same."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from graphkit.ledger.contract import Schedule


def scan_due(settings: Schedule, now: datetime, last: datetime | None, data_changed: bool) -> bool:
    """Whether a scan should run now; `last` is the end of the last finished one.

    With `every_hours` when that long has passed, with `at` when that local time of day has passed since; however many
    times were missed, one scan answers for all of them. Without either: when the data are other than at the last scan.
    A last scan in the future (the clock was set back) never blocks. `now` and `last` are aware.
    """
    if last is None:
        return True
    if settings.every_hours is None and settings.at is None:
        return data_changed
    if last > now:
        return True
    if settings.every_hours is not None and now - last >= timedelta(hours=settings.every_hours):
        return True
    return settings.at is not None and last < _latest(settings.at, now)


def _latest(at: str, now: datetime) -> datetime:
    """The newest moment, not after `now`, at which the clock showed HH:MM."""
    today = datetime.combine(now.date(), time.fromisoformat(at), tzinfo=now.tzinfo)
    return today if today <= now else today - timedelta(days=1)
