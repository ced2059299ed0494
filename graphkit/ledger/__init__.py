"""The lead ledger 线索台账: leads, decisions, the last scan, and the audit chain behind them."""

from graphkit.ledger.contract import LeadDraft, Schedule
from graphkit.ledger.store import Ledger, current_user

__all__ = ["LeadDraft", "Ledger", "Schedule", "current_user"]
