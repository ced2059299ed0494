"""The words detectors speak: tenders, bids, awards, payments, posts, kin, links … as lazy frames over the facts."""

from graphkit.views.data import Views

__all__ = ["Views"]
