"""A compiled release as template rows: organizations, tenders, lots, bids, awards, contracts, lines, transactions.

`project_no` is the ocid. Parties are named by their valid 统一社会信用代码, else by name, else by id; the ids are kept
as aliases. A bid without a tenderer keeps a bidder of its own, so that it counts. A contract id of up to four
characters is only unique inside its process and gets the ocid in front.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from graphkit.intake.ocds.merge import Json, mapping, objects
from graphkit.intake.templates import templates
from graphkit.values.codes import read_code
from graphkit.values.uscc import compact, valid_uscc

_TENDER_STATUS = {"planning": "planned", "withdrawn": "cancelled"}
_CRITERIA = {"priceOnly": "lowest", "lowestCost": "lowest"} | dict.fromkeys(
    ("ratedCriteria", "bestProposal", "bestValueToGovernment", "qualityOnly", "costOnly"), "score"
)
_SHORT_ID = 4


@dataclass(slots=True)
class Row:
    """One template row as texts; `section` and `id` say which entity of the release it is, for its source row."""

    template: str
    section: str
    id: str
    cells: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)


def rows(release: Json) -> Iterator[Row]:
    """All template rows of a compiled release (which has an `ocid`)."""
    return _Release(release).rows()


def text(value: Any) -> str:
    """A JSON scalar as cell text; floats without exponent, objects and arrays are nothing."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


class _Release:
    def __init__(self, release: Json) -> None:
        self._all = release
        self._ocid = text(release.get("ocid"))
        self._tender = mapping(release.get("tender"))
        self._parties = {text(p.get("id")): p for p in objects(release.get("parties"))}
        self._awards = {text(a.get("id")): a for a in objects(release.get("awards"))}

    def rows(self) -> Iterator[Row]:
        yield from self._organizations()
        yield self._tender_row()
        yield from self._lots()
        yield from self._bids()
        yield from self._award_rows()
        yield from self._contracts()

    def _uscc(self, party: Json) -> str:
        identifiers = [mapping(party.get("identifier")), *objects(party.get("additionalIdentifiers"))]
        claimed = [compact(text(i.get("id"))) for i in identifiers] + [
            compact(text(party.get("id")).rpartition("-")[2])
        ]
        return next((code for code in claimed if valid_uscc(code)), "")

    def _party(self, reference: Any) -> str:
        """What a reference to an organization is called in the rows; empty for no reference."""
        named = mapping(reference)
        key = text(named.get("id"))
        party = self._parties.get(key, named)
        return self._uscc(party) or text(party.get("name")) or text(named.get("name")) or key

    def _buyer(self) -> str:
        return self._party(self._all.get("buyer")) or self._party(self._tender.get("procuringEntity"))

    def _organizations(self) -> Iterator[Row]:
        for key, party in self._parties.items():
            name = text(party.get("name")) or key
            identifier, address = mapping(party.get("identifier")), mapping(party.get("address"))
            contact = mapping(party.get("contactPoint"))
            aliases = dict.fromkeys(a for a in (key, text(identifier.get("legalName"))) if a and a != name)
            places = (address.get(k) for k in ("region", "locality", "streetAddress"))
            cells = {
                "uscc": self._uscc(party),
                "name": name,
                "aliases": ";".join(aliases),
                "reg_addr": " ".join(filter(None, map(text, places))),
                "phone": text(contact.get("telephone")),
                "email": text(contact.get("email")),
            }
            yield Row(
                "organizations", "parties", key, cells, extra={"roles": ";".join(map(text, party.get("roles") or ()))}
            )

    def _method(self) -> tuple[str, str]:
        """(code, wording): our code when the wording is known, else OCDS's."""
        method, details = (
            text(self._tender.get("procurementMethod")),
            text(self._tender.get("procurementMethodDetails")),
        )
        known = read_code(details, templates()["tenders"].column("method").vocabulary)
        return (known.value or "" if details and known.note is None else method), details or method

    def _tender_row(self) -> Row:
        tender, budget = self._tender, mapping(mapping(self._all.get("planning")).get("budget"))
        period, status = mapping(tender.get("tenderPeriod")), text(tender.get("status"))
        value = tender.get("value") or budget.get("amount")
        buyer, entity = self._buyer(), self._party(tender.get("procuringEntity"))
        method, wording = self._method()
        items = objects(tender.get("items"))
        category = text(mapping(items[0].get("classification")).get("id")) if items else ""
        cells = {
            "project_no": self._ocid,
            "title": text(tender.get("title")),
            "buyer": buyer,
            "agent": entity if entity != buyer else "",
            "method": method,
            "method_text": wording,
            "budget": _amount(value),
            "budget_item": text(budget.get("id")),
            "category": category or text(tender.get("mainProcurementCategory")),
            "published": text(period.get("startDate")),
            "deadline": text(period.get("endDate")),
            "opened": text(mapping(tender.get("bidOpening")).get("date")),
            "criteria": _CRITERIA.get(text(tender.get("awardCriteria")), "other")
            if tender.get("awardCriteria")
            else "",
            "criteria_text": text(tender.get("awardCriteriaDetails")),
            "spec_text": text(tender.get("description")),
            "status": _TENDER_STATUS.get(status, status),
            "currency": text(mapping(value).get("currency")),
        }
        extra = {
            "tenderPeriod.startDate": text(period.get("startDate")),
            "numberOfTenderers": text(tender.get("numberOfTenderers")),
        }
        return Row("tenders", "tender", "", cells, _currency("budget", value), {k: v for k, v in extra.items() if v})

    def _lots(self) -> Iterator[Row]:
        for lot in objects(self._tender.get("lots")):
            cells = {
                "project_no": self._ocid,
                "lot": text(lot.get("id")),
                "title": text(lot.get("title")),
                "amount": _amount(lot.get("value")),
                "status": text(lot.get("status")),
            }
            yield Row("lots", "lots", text(lot.get("id")), cells, _currency("amount", lot.get("value")))

    def _bids(self) -> Iterator[Row]:
        for nth, bid in enumerate(objects(mapping(self._all.get("bids")).get("details")), 1):
            named = [self._party(t) for t in objects(bid.get("tenderers"))]
            tenderers = named or [f"未具名投标人 {self._ocid}/{nth}"]
            notes = _currency("amount", bid.get("value")) | ({} if named else {"bidder": "unnamed"})
            for lot in _lots_of(bid):
                cells = {
                    "project_no": self._ocid,
                    "lot": lot,
                    "bidder": tenderers[0],
                    "consortium": ";".join(tenderers[1:]),
                    "amount": _amount(bid.get("value")),
                    "status": text(bid.get("status")),
                    "received": text(bid.get("date")),
                    "rank": text(bid.get("rank")),
                }
                yield Row("bids", "bids", text(bid.get("id")), cells, dict(notes))

    def _award_rows(self) -> Iterator[Row]:
        for award in objects(self._all.get("awards")):
            suppliers = [self._party(s) for s in objects(award.get("suppliers"))]
            notes = _currency("amount", award.get("value"))
            if len(suppliers) > 1:
                notes["supplier"] = f"joint:{len(suppliers)}"
            for supplier in suppliers:
                for lot in _lots_of(award):
                    cells = {
                        "project_no": self._ocid,
                        "lot": lot,
                        "supplier": supplier,
                        "amount": _amount(award.get("value")),
                        "date": text(award.get("date")),
                        "status": text(award.get("status")),
                    }
                    yield Row("awards", "awards", text(award.get("id")), cells, dict(notes), _classes(award))

    def _contracts(self) -> Iterator[Row]:
        for contract in objects(self._all.get("contracts")):
            award = self._awards.get(text(contract.get("awardID")), {})
            period, key = mapping(contract.get("period")), text(contract.get("id"))
            number = key if len(key) > _SHORT_ID else f"{self._ocid}-{key}"
            payments = objects(mapping(contract.get("implementation")).get("transactions"))
            known = [p for p in payments if self._party(p.get("payer")) and self._party(p.get("payee"))]
            extra = _classes(contract) | (
                {"transactions": str(len(payments) - len(known))} if len(known) < len(payments) else {}
            )
            suppliers = [self._party(s) for s in objects(contract.get("suppliers")) or objects(award.get("suppliers"))]
            for supplier in suppliers[:1]:
                cells = {
                    "contract_no": number,
                    "project_no": self._ocid,
                    "lot": _lots_of(award)[0],
                    "buyer": self._buyer(),
                    "supplier": supplier,
                    "amount": _amount(contract.get("value") or award.get("value")),
                    "title": text(contract.get("title")),
                    "method": self._method()[0],
                    "method_text": self._method()[1],
                    "signed": text(contract.get("dateSigned")),
                    "from_date": text(period.get("startDate")),
                    "to_date": text(period.get("endDate")),
                }
                yield Row(
                    "contracts",
                    "contracts",
                    key,
                    cells,
                    _currency("amount", contract.get("value") or award.get("value")),
                    extra,
                )
            yield from self._lines(contract, number)
            for payment in known:
                yield self._payment(payment, number, key)

    def _lines(self, contract: Json, number: str) -> Iterator[Row]:
        for nth, item in enumerate(objects(contract.get("items")), 1):
            unit = mapping(item.get("unit"))
            cells = {
                "contract_no": number,
                "line_no": str(nth),
                "item": text(item.get("description")) or text(mapping(item.get("classification")).get("id")),
                "qty": text(item.get("quantity")),
                "unit": text(unit.get("name")),
                "unit_price": _amount(unit.get("value")),
            }
            if cells["item"] and cells["unit_price"]:
                yield Row(
                    "contract_lines",
                    "contracts",
                    text(contract.get("id")),
                    cells,
                    _currency("unit_price", unit.get("value")),
                )

    def _payment(self, payment: Json, number: str, contract: str) -> Row:
        value = payment.get("value") or payment.get("amount")
        cells = {
            "tx": text(payment.get("id")),
            "ts": text(payment.get("date")),
            "from_name": self._party(payment.get("payer")),
            "to_name": self._party(payment.get("payee")),
            "amount": _amount(value),
            "currency": text(mapping(value).get("currency")),
            "contract_no": number,
        }
        return Row("transactions", "contracts", contract, cells, _currency("amount", value))


def _amount(value: Any) -> str:
    return text(mapping(value).get("amount"))


def _currency(column: str, value: Any) -> dict[str, str]:
    code = text(mapping(value).get("currency"))
    return {column: f"currency:{code}"} if code and code != "CNY" and _amount(value) else {}


def _lots_of(part: Json) -> list[str]:
    related = part.get("relatedLots")
    return [text(lot) for lot in related] if isinstance(related, list) and related else [""]


def _classes(part: Json) -> dict[str, str]:
    """Classification codes of the items, separated by `;`."""
    codes = [text(mapping(item.get("classification")).get("id")) for item in objects(part.get("items"))]
    return {"items": ";".join(filter(None, codes))} if any(codes) else {}
