"""Steps that K01–K03, F01 and F02 share: who stands on the supplier's side, who on the buyer's, and since when.

C(s), the supplier's side: the supplier, everyone recorded in it, firms at most two ownership edges away, and
promotion or consulting firms it paid. T(h), the insiders' side: staff of h with power, their kin and associates, and
(where asked) people who share a private contact with them. A `Tie` says why a party stands on a side, by which edges,
how surely each of them is identified, and on which days. Nothing here decides that something is wrong.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

import narwhals as nw

from graphkit.detectors.contract import Data, Ref
from graphkit.facts.kin_law import covering
from graphkit.model import ROLE_POWER
from graphkit.types import GRADES, Check, CheckResult, Grade, weakest

Row = dict[str, Any]
Span = tuple[date | None, date | None]
Sides = dict[str, list["Tie"]]

EVIDENCE_CAP = 60
"""At most so many edges per hit; the largest dealings are kept."""

CSO_WORDS = "咨询|推广|营销|策划|会务|会议服务|学术|文化传媒|商务服务"
"""Words in the names of promotion and consulting firms (合同销售组织), through which suppliers pay."""

_OWNER = frozenset({"legal_rep", "beneficial_owner", "control"})
_MANAGER = frozenset({"director", "supervisor", "manager"})
_WORKER = frozenset({"employee", "accountant", "agent"})
PERSONAL = ("phone", "email", "wechat")
"""Kinds of contact that are one person's own, unlike an address."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Why `party` (a person, an organization or an account) stands on the side of `root`.

    `root` is a supplier on the supplier's side and a staff member on the insiders' side, where `org` is the employer;
    `via` is self, a link kind, firm, cso, kin, associate, contact or operator. `eids` are in reading order and
    empty for the supplier itself.
    """

    party: str
    name: str
    root: str
    via: str
    org: str = ""
    root_name: str = ""
    org_name: str = ""
    power: float = 0.0
    eids: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    spans: tuple[Span, ...] = ()


def read(frame: nw.LazyFrame[Any]) -> list[Row]:
    """The rows of a small result as dictionaries, nulls as None."""
    rows: list[Row] = frame.collect("pyarrow").to_arrow().to_pylist()
    return rows


def prefixed(frame: nw.LazyFrame[Any], prefix: str) -> nw.LazyFrame[Any]:
    """The frame with `prefix` before every column name, so that two views join without collisions."""
    return frame.select(nw.col(name).alias(prefix + name) for name in frame.collect_schema().names())


def part(row: Mapping[str, Any], prefix: str) -> Row:
    """The columns of one `prefixed` view, without the prefix."""
    return {name[len(prefix) :]: value for name, value in row.items() if name.startswith(prefix)}


def until(frame: nw.LazyFrame[Any], column: str, day: date) -> nw.LazyFrame[Any]:
    """Rows dated up to `day`, and undated ones."""
    return frame.filter((nw.col(column) <= day) | nw.col(column).is_null())


def paid_until(data: Data) -> nw.LazyFrame[Any]:
    """Payments up to the end of `data.as_of`."""
    return data.view("payments").filter(nw.col("day") <= (data.as_of - date(1970, 1, 1)).days)


def later(day: date | None, years: int) -> date | None:
    """The same calendar day some years on (29 February becomes the 28th)."""
    if day is None or years == 0:
        return day
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def day_of(moment: date | datetime | None) -> date | None:
    """The calendar day of a date or a timestamp."""
    return moment.date() if isinstance(moment, datetime) else moment


def covers(spans: Iterable[Span], day: date | None) -> bool:
    """Whether a day lies in all spans, ends included; an undated event only in spans that are open on both sides."""
    if day is None:
        return all(span == (None, None) for span in spans)
    return all((start is None or start <= day) and (end is None or day <= end) for start, end in spans)


def span(row: Mapping[str, Any], years_after: int = 0) -> Span:
    """From and to of a row; the end is moved by whole years where the law looks beyond it."""
    return row["from_date"], later(row["to_date"], years_after)


def rank(grades: Iterable[Grade]) -> int:
    """0 for links that carry a red finding (`identifier`, `unique_name`), else the index of the weakest grade."""
    index = GRADES.index(weakest(list(grades)))
    return 0 if index <= 1 else index


def power_of(post: Mapping[str, Any]) -> float:
    """Power weight of a post, 0..1; a post without one has that of its role code."""
    power = post["power"]
    return float(power) if power is not None else ROLE_POWER.get(post["role_code"] or "other", ROLE_POWER["other"])


def link_weight(kind: str, share: float | None, owner_pct: float = 5.0) -> float:
    """Weight of a link to a firm: legal rep, controller or owner ≥ `owner_pct` 1.0, manager .8, employee .4.

    A shareholder whose share is unknown counts as an owner; one below the threshold as an employee; a nominee as 0.
    """
    if kind in _OWNER or (kind == "shareholder" and (share is None or share >= owner_pct)):
        return 1.0
    if kind in _MANAGER:
        return 0.8
    return 0.4 if kind in _WORKER or kind == "shareholder" else 0.0


def buyers_and_suppliers(data: Data) -> dict[tuple[str, str], int]:
    """(buyer, supplier) → largest dealing in fen, over all dealings up to `as_of`."""
    deals = until(data.view("deals"), "date", data.as_of)
    sums = deals.group_by("buyer_id", "supplier_id").agg(nw.col("amount_fen").max().alias("fen"))
    return {(row["buyer_id"], row["supplier_id"]): row["fen"] or 0 for row in read(sums)}


def dealings(data: Data, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Row]]:
    """All dealings of some (buyer, supplier) pairs, largest first; each row has the columns of `deals`."""
    wanted = sorted(set(pairs))
    found: dict[tuple[str, str], list[Row]] = {pair: [] for pair in wanted}
    if wanted:
        deals = until(data.view("deals"), "date", data.as_of).filter(
            nw.col("buyer_id").is_in(sorted({b for b, _ in wanted})),
            nw.col("supplier_id").is_in(sorted({s for _, s in wanted})),
        )
        for row in read(deals):
            if (row["buyer_id"], row["supplier_id"]) in found:
                found[row["buyer_id"], row["supplier_id"]].append(row)
    return {pair: sorted(rows, key=lambda r: (-(r["amount_fen"] or 0), r["eid"])) for pair, rows in found.items()}


def dealt_fen(deals: Iterable[Row]) -> int:
    """Volume of some dealings in fen: the largest of the sums by kind, since an award, its contract and its payments
    are the same money."""
    sums: dict[str, int] = defaultdict(int)
    for deal in deals:
        sums[deal["kind"]] += deal["amount_fen"] or 0
    return max(sums.values(), default=0)


def check(name: str, result: CheckResult, zh: str, en: str) -> Check:
    """One innocent explanation with its result."""
    return Check(name, result, zh, en)


def chain_refs(head: Iterable[str], middle: Iterable[str], tail: Iterable[str] = ()) -> tuple[Ref, ...]:
    """Edges in reading order without repeats, at most 60: the head, as many of the (largest first) middle as fit, the
    tail."""
    ends = [list(dict.fromkeys(head)), list(dict.fromkeys(tail))]
    room = max(0, EVIDENCE_CAP - len(ends[0]) - len(ends[1]))
    middle = [eid for eid in dict.fromkeys(middle) if eid not in ends[0] and eid not in ends[1]][:room]
    return tuple(Ref(eid) for eid in dict.fromkeys([*ends[0], *middle, *ends[1]]))[:EVIDENCE_CAP]


def insider_keys(data: Data) -> nw.LazyFrame[Any]:
    """Column `party`: every person who may stand on an insiders' side (a superset), to cut large views early."""
    frames = [data.view("posts").select(party="person_id")]
    frames += [data.view(view).select(party="b_id") for view in ("kin", "associates")]
    private = data.view("contacts").filter(nw.col("kind").is_in(PERSONAL), nw.col("hub_size") >= 2)
    theirs = private.join(frames[0], left_on="subject_id", right_on="party", how="semi").select("contact_id").unique()
    frames.append(private.join(theirs, on="contact_id", how="semi").select(party="subject_id"))
    return nw.concat(frames).unique()


def supplier_side(data: Data, owner_pct: float, hub_cap: int, suppliers: Iterable[str]) -> Sides:
    """C(s) of the suppliers: party → ties, each with `root` = supplier.

    Two ownership edges at most (supplier – owner – other firm); an owner of more than `hub_cap` firms is no bridge.
    Organizations that employ staff of the data are never on a supplier's side.
    """
    roots = sorted(set(suppliers))
    employers = {row["org_id"] for row in read(data.view("posts").select("org_id").unique())}
    links = data.view("links")
    keys = data.view("deals").select("supplier_id").unique()
    inner = links.join(keys, left_on="company_id", right_on="supplier_id", how="semi")
    others = links.join(inner.select("holder_id").unique(), on="holder_id", how="semi")
    daughters = links.join(keys, left_on="holder_id", right_on="supplier_id", how="semi")
    of_firm, of_holder = defaultdict(list), defaultdict(list)
    for row in _by_eid(read(inner) + read(others) + read(daughters)):
        if row["holder_id"] not in employers and row["company_id"] not in employers:
            of_firm[row["company_id"]].append(row)
            of_holder[row["holder_id"]].append(row)
    sides: Sides = defaultdict(list)
    for root in roots:
        sides[root].append(Tie(root, "", root, "self"))
        for row in of_firm[root]:
            if link_weight(row["kind"], row["share_pct"], owner_pct) == 0.0 or _small(row, owner_pct):
                continue
            tie = _linked(row, row["holder_id"], row["holder_name"], root, row["kind"])
            sides[tie.party].append(tie)
            firms = {other["company_id"] for other in of_holder[tie.party]}
            if _owns(row, owner_pct) and len(firms) <= hub_cap:
                for other in of_holder[tie.party]:
                    if other["company_id"] != root and _owns(other, owner_pct):
                        firm = _linked(other, other["company_id"], other["company_name"], root, "firm")
                        sides[firm.party].append(_joined(tie, firm))
        for row in of_holder[root]:
            if _owns(row, owner_pct):
                firm = _linked(row, row["company_id"], row["company_name"], root, "firm")
                sides[firm.party].append(firm)
    return add_operated(data, sides)


def add_promoters(data: Data, sides: Sides, hub_cap: int) -> Sides:
    """The supplier's side with promotion and consulting firms it paid, from the first payment on."""
    orgs = data.view("orgs").filter(nw.col("name").str.contains(CSO_WORDS)).select("id", "name")
    keys = data.view("deals").select("supplier_id").unique()
    paid = paid_until(data).join(keys, left_on="from_party", right_on="supplier_id", how="semi")
    paid = paid.select("eid", "ts", "from_party", "to_party", "to_grade").join(orgs, left_on="to_party", right_on="id")
    payers: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in sorted(read(paid), key=lambda r: (r["ts"], r["eid"])):
        if row["from_party"] != row["to_party"] and row["from_party"] in sides:
            payers[row["to_party"]].setdefault(row["from_party"], row)
    for firm, by_payer in sorted(payers.items()):
        for root, row in sorted(by_payer.items()):
            if len(by_payer) <= hub_cap and not any(tie.root == root for tie in sides.get(firm, ())):
                spans: tuple[Span, ...] = ((day_of(row["ts"]), None),)
                sides[firm].append(
                    Tie(firm, row["name"], root, "cso", eids=(row["eid"],), grades=(row["to_grade"],), spans=spans)
                )
    return sides


def insider_side(data: Data, min_power: float, hub_cap: int = 20, *, contacts: bool = False) -> Sides:
    """T(h) for every employer: party → ties with `root` = staff member and `org` = employer.

    Posts of power ≥ `min_power`; kin whom a rule of recusal names; associates; with `contacts` also people who share a
    phone, e-mail or WeChat number with staff: Σ 1/ln(n+5) ≥ 0.5 over numbers of n ≤ `hub_cap` subjects, or two kinds.
    """
    posts = [p for p in _by_eid(read(data.view("posts"))) if power_of(p) >= min_power]
    sides: Sides = defaultdict(list)
    of_person: dict[str, list[Tie]] = defaultdict(list)
    for post in posts:
        tie = Tie(
            post["person_id"],
            post["person_name"] or "",
            post["person_id"],
            "self",
            org=post["org_id"],
            root_name=post["person_name"] or "",
            org_name=post["org_name"] or "",
            power=power_of(post),
            eids=(post["eid"],),
            grades=(post["grade"],),
            spans=(span(post),),
        )
        of_person[tie.party].append(tie)
        sides[tie.party].append(tie)
    keys = data.view("posts").select("person_id").unique()
    names = data.view("people").select("id", "name").rename({"id": "b_id", "name": "b_name"})
    for view, via in (("kin", "kin"), ("associates", "associate")):
        near = data.view(view).join(keys, left_on="a_id", right_on="person_id", how="semi")
        for row in _by_eid(read(near.join(names, on="b_id", how="left"))):
            if via == "associate" or covering(row["code"], row["degree"]):
                for tie in of_person[row["a_id"]]:
                    sides[row["b_id"]].append(_near(tie, row["b_id"], row["b_name"], via, row))
    if contacts:
        for root, other, row in _sharers(data, keys, hub_cap):
            for tie in of_person[root]:
                if not any(t.root == root and t.org == tie.org for t in sides.get(other, ())):
                    sides[other].append(_near(tie, other, None, "contact", row))
    return add_operated(data, sides)


def add_operated(data: Data, sides: Sides) -> Sides:
    """The sides with accounts that one of their people operates but somebody else holds, keyed by account id."""
    operated = data.view("accounts").filter(~nw.col("operator_id").is_null())
    for row in _by_eid(read(operated)):
        if row["holder_id"] != row["operator_id"]:
            for tie in list(sides.get(row["operator_id"], ())):
                edge = {"eid": row["eid"], "grade": row["holder_grade"], "from_date": None, "to_date": None}
                sides[row["id"]].append(replace(_near(tie, row["id"], tie.name, "operator", edge), name=tie.name))
    return sides


def ties_of(sides: Mapping[str, Sequence[Tie]], party: str | None, account: str | None, day: date | None) -> list[Tie]:
    """The ties of a payment's end that hold on its day: those of the account's holder and of its operator."""
    found = [*sides.get(party or "", ()), *sides.get(account or "", ())]
    return [tie for tie in found if covers(tie.spans, day)]


def closest(ties: Iterable[Tie], key: Callable[[Tie], tuple[str, ...]]) -> list[Tie]:
    """One tie per key: the surest, then the shortest, then the most powerful."""

    def order(tie: Tie) -> tuple[int, int, float, tuple[str, ...]]:
        return rank(tie.grades), len(tie.eids), -tie.power, tie.eids

    ordered = sorted(ties, key=lambda tie: (key(tie), order(tie)))
    return [next(group) for _, group in groupby(ordered, key)]


def names_of(data: Data, ids: Iterable[str]) -> dict[str, str]:
    """Names of some organizations by id; an id that the register lacks names itself."""
    wanted = sorted(set(ids))
    known = data.view("orgs").filter(nw.col("id").is_in(wanted)).select("id", "name") if wanted else None
    names = {row["id"]: row["name"] or row["id"] for row in read(known)} if known is not None else {}
    return {id_: names.get(id_, id_) for id_ in wanted}


def hub_score(size: int) -> float:
    """Weight of one shared contact or device with `size` subjects: 1 / ln(size + 5)."""
    return 1.0 / math.log(size + 5)


def _by_eid(rows: Iterable[Row]) -> list[Row]:
    return [next(same) for _, same in groupby(sorted(rows, key=lambda r: str(r["eid"])), key=lambda r: r["eid"])]


def _owns(row: Row, owner_pct: float) -> bool:
    return link_weight(row["kind"], row["share_pct"], owner_pct) == 1.0


def _small(row: Row, owner_pct: float) -> bool:
    return row["kind"] == "shareholder" and not _owns(row, owner_pct)


def _linked(row: Row, party: str, name: str | None, root: str, via: str) -> Tie:
    return Tie(party, name or "", root, via, eids=(row["eid"],), grades=(row["grade"],), spans=(span(row),))


def _joined(first: Tie, second: Tie) -> Tie:
    return replace(
        second,
        eids=first.eids + second.eids,
        grades=first.grades + second.grades,
        spans=first.spans + second.spans,
    )


def _near(tie: Tie, party: str, name: str | None, via: str, row: Row) -> Tie:
    return replace(
        tie,
        party=party,
        name=name or "",
        via=via,
        eids=(*tie.eids, row["eid"], *row.get("more", ())),
        grades=(*tie.grades, row["grade"]),
        spans=(*tie.spans, span(row)),
    )


def _sharers(data: Data, staff: nw.LazyFrame[Any], hub_cap: int) -> list[tuple[str, str, Row]]:
    """(staff member, other person, edge row) for private contacts shared by both at one time."""
    private = data.view("contacts").filter(
        nw.col("kind").is_in(PERSONAL), nw.col("hub_size") >= 2, nw.col("hub_size") <= hub_cap
    )
    theirs = private.join(staff, left_on="subject_id", right_on="person_id", how="semi").select("contact_id").unique()
    employed = {row["person_id"] for row in read(staff)}
    by_contact: dict[str, list[Row]] = defaultdict(list)
    for row in _by_eid(read(private.join(theirs, on="contact_id", how="semi"))):
        by_contact[row["contact_id"]].append(row)
    shared: dict[tuple[str, str], list[tuple[Row, Row]]] = defaultdict(list)
    for rows in by_contact.values():
        for mine in rows:
            for other in rows:
                root, person = mine["subject_id"], other["subject_id"]
                if root in employed and other["subject_label"] == "Person" and root != person:
                    shared[root, person].append((mine, other))
    found = []
    for (root, person), pairs in sorted(shared.items()):
        pairs = sorted(pairs, key=lambda p: (p[0]["hub_size"], p[0]["eid"], p[1]["eid"]))
        score = sum(hub_score(size) for size in {p[0]["contact_id"]: p[0]["hub_size"] for p in pairs}.values())
        if score >= 0.5 or len({p[0]["kind"] for p in pairs}) >= 2:
            mine, other = pairs[0]
            start = max((d for d in (mine["from_date"], other["from_date"]) if d), default=None)
            end = min((d for d in (mine["to_date"], other["to_date"]) if d), default=None)
            edge = {"eid": mine["eid"], "more": (other["eid"],), "from_date": start, "to_date": end}
            found.append((root, person, edge | {"grade": weakest([mine["grade"], other["grade"]])}))
    return found
