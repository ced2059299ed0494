"""Which column of which template names somebody, by which number, inside which scope (templates.csv as data)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names an org, a person or either.

    `number` wins over the name; `scope` is the column whose subject a person's name is unique in (`=project` for the
    project itself); `project` marks company names that count as unique inside their project; `self` marks the column
    that registers its subject; `staff_no` is a column with a number that is unique inside the scope, `=self` when the
    column itself may hold one.
    """

    column: str
    kind: Literal["org", "person", "party"]
    number: str | None = None
    scope: str | None = None
    project: bool = False
    registers: bool = False
    staff_no: str | None = None


def _org(column: str, number: str | None = None, *, project: bool = False, registers: bool = False) -> Reference:
    return Reference(column, "org", number, project=project, registers=registers)


def _person(
    column: str, number: str | None, scope: str | None = None, *, registers: bool = False, staff_no: str | None = None
) -> Reference:
    return Reference(column, "person", number, scope, registers=registers, staff_no=staff_no)


def _party(column: str, number: str | None = None, scope: str | None = None, *, registers: bool = False) -> Reference:
    return Reference(column, "party", number, scope, registers=registers)


_BIDDER = _org("bidder", project=True)
_BY_ID = (_person("name", "id_no"),)

REFERENCES: Mapping[str, tuple[Reference, ...]] = MappingProxyType(
    {
        "organizations": (
            _org("name", "uscc", registers=True),
            _person("legal_rep", "legal_rep_id_no", "name", registers=True),
            _org("supervisor"),
        ),
        "persons": (_person("name", "id_no"),),
        "staff": (_org("org"), _person("name", "id_no", "org", registers=True, staff_no="staff_no")),
        "departments": (_org("org"), _person("head", None, "org")),
        "roles": (_org("company"), _party("holder", "holder_id", "company", registers=True)),
        "employment": (_org("employer"), _person("name", "id_no", "employer", registers=True)),
        "kinship": (_person("name_a", "id_no_a"), _person("name_b", "id_no_b")),
        "contacts": (_org("scope"), _party("subject", "subject_id", "scope")),
        "accounts": (
            _party("holder", "holder_id", "=acct", registers=True),
            _person("operator", "operator_id_no", "=acct"),
        ),
        "transactions": (_party("from_name", None, "=from_acct"), _party("to_name", None, "=to_acct")),
        "tenders": (_org("buyer"), _org("agent"), _party("spec_author", None, "=project")),
        "bids": (
            _org("bidder", "bidder_uscc", project=True),
            _person("contact", "contact_id_no", "bidder", registers=True),
            _person("pm", "pm_id_no", "bidder", registers=True),
            _party("doc_fee_payer", None, "bidder"),
        ),
        "bid_lines": (_BIDDER,),
        "bid_documents": (_BIDDER,),
        "bid_artifacts": (_BIDDER,),
        "bid_deposits": (_BIDDER, _party("payer", None, "=acct")),
        "evaluators": (_org("org"), _BIDDER, _person("person", "id_no", "org")),
        "awards": (_org("supplier", project=True),),
        "notices": (_org("supplier", project=True),),
        "contracts": (_org("buyer"), _org("supplier", project=True)),
        "subcontracts": (_org("subcontractor"),),
        "invoices": (_org("seller"), _org("buyer")),
        "approvals": (_org("org"), _person("person", "id_no", "org")),
        "recusals": (_org("org"), _person("person", "id_no", "org"), _party("counterparty")),
        "items": (_org("maker"),),
        "brochures": (_org("maker"),),
        "registrations": (_org("holder"),),
        "authorisations": (_org("maker"), _org("supplier")),
        "vbp_volumes": (_org("org"),),
        "usage": (_org("org"), _person("doctor", None, "org", staff_no="=self")),
        "stock": (_org("org"),),
        "his_query_log": (_org("org"), _person("user", None, "org", staff_no="=self")),
        "sponsorships": (_org("org"), _party("payer", "payer_id"), _party("payee", "payee_id", "org")),
        "duty": (_org("org"), _person("person", None, "org", staff_no="=self")),
        "equipment": (_org("org"), _org("supplier")),
        "case_mix": (_org("org"), _person("doctor", None, "org", staff_no="=self")),
        "dept_income": (_org("org"),),
        "beneficiaries": (
            _org("agency"),
            _org("village"),
            _person("name", "id_no"),
            _person("handler", "handler_id_no", "agency"),
            _person("reviewer", None, "agency"),
            _person("recommender", None, "agency"),
        ),
        "benefit_payments": (_person("name", "id_no"), _party("acct_holder", None, "=acct")),
        "deaths": _BY_ID,
        "custody": _BY_ID,
        "income": _BY_ID,
        "assets": _BY_ID,
        "rural_contracts": (_org("village"), _party("tenant", "tenant_id"), _person("handler", None, "village")),
        "meals": (_org("school"), _org("supplier")),
        "whitelists": (_party("value"),),
        "leads": (_org("org"), _party("subject", "subject_id", "org")),
        "cases": (_org("org"), _party("subject", "subject_id", "org")),
    }
)
"""References of each template; an `org` that is a scope stands before the person whose name it bounds."""

ACCOUNTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "accounts": ("acct",),
        "transactions": ("from_acct", "to_acct"),
        "bid_deposits": ("acct",),
        "benefit_payments": ("acct",),
    }
)
"""Columns that hold a bank account."""
