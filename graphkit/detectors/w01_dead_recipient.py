"""W01 死亡冒领 · Benefits paid for months after the recipient's death

方法
    证件号码相同的死亡记录与待遇发放相比：所属期月份 > 死亡月份 + 宽限月数（默认 1 个月；thresholds 的
    grace_months 可按地区、待遇另定）即为多发。一笔覆盖数月的（所属期止），
    只计超出的月份，金额按月平摊；死亡前已经预发的不计。
    丧葬费、转移不计；补发按其所属期判断。冲回（负数）抵减。
    死亡日期取最可靠来源：公安注销 > 火化 > 医学证明 > 未注明 > 村组上报；来源之间相差 > 31 天，或只有村组上报，
    或死亡后仍有本人人脸认证的，降为黄色，交人工核对。
    得分 = 0.7 + 0.05 ×（多发月数 − 1），封顶 1，黄色减半。一人一种待遇一条。分母：以证件号码比对过的领取人数。
示例（虚构）
    某人 2023-03-12 死亡（公安注销），养老金发到 2023-08：宽限 4 月，5、6、7、8 月多发 4 个月，0.85，红色。
    发到 2023-04：不提示。
为何是疑点
    死亡后继续领取，常见于家属隐瞒、代办认证或经办人员内外勾结。
法律
    社会保险法第 88 条；社会保险经办条例第 8 条、第 26 条。
排除
    没有完全相同证件号码的（同名、号码有误）；丧葬抚恤；宽限期内。
无辜解释
    死亡登记错误；信息传递滞后后已追回；待遇为遗属依法领取。

Method
    Deaths and payments with the same ID number: a payment is undue if its month > month of death + grace (1 month by
    default; grace_months rows of `thresholds` by place and scheme). Of a payment for several months only those beyond
    count, its amount spread evenly; what was paid before the death is an advance and does not count. Funeral grants and
    transfers are left out; back pay is judged by the month it is for. Reversals (negative amounts) are netted.
    The date of death is that of the best source: police > cremation > medical > unnamed > village; sources more than
    31 days apart, a village report alone, or a face check of the recipient after the death make the finding yellow.
    Score = 0.7 + 0.05·(undue months − 1), at most 1, half of it when yellow. One finding per person and scheme.
    Denominator: recipients compared by ID number.
Example (invented)
    Died 2023-03-12 (police), pension paid up to 2023-08: April is grace, May to August are 4 undue months, 0.85, red.
    Paid up to 2023-04: nothing.
Why it is a red flag
    Payment after death points to concealment by family, checks done by proxy or collusion of a handler.
Law
    Social Insurance Law art. 88; Social Insurance Agency Regulation art. 8, 26.
Exclusions
    Anything but an identical ID number; funeral grants; months of grace.
Innocent explanations
    A wrong death record; money already recovered after a late notice; a benefit lawfully due to survivors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw

from graphkit.detectors.bidding import capped, place_prefix
from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import Row, check, prefixed, read, until
from graphkit.errors import Text
from graphkit.types import Check, fen_text

_SOURCES = ("police", "cremation", "medical", None, "village")
"""Sources of a death from the most to the least reliable."""

SCHEMES: Mapping[str, tuple[str, str]] = {
    "employee_pension": ("职工养老", "employee pension"),
    "resident_pension": ("城乡居民养老", "resident pension"),
    "unemployment": ("失业保险", "unemployment benefit"),
    "dibao": ("低保", "minimum living allowance"),
    "wubao": ("特困供养", "support of the destitute"),
    "temporary": ("临时救助", "temporary aid"),
    "disability": ("残疾人补贴", "disability allowance"),
    "senior": ("高龄补贴", "old-age allowance"),
    "housing": ("危房改造", "housing repair aid"),
    "employed": ("在职", "a paid job"),
}
"""Scheme code → its name in zh and en; an unknown code stands for itself."""

_CHANNELS = {
    "face": ("人脸", "face"),
    "proxy": ("代办", "proxy"),
    "data": ("数据比对", "data"),
    "visit": ("上门", "visit"),
}
LEFT_OUT = ("funeral", "transfer")
"""Kinds of payment that are due after a death or a move."""


@dataclass(frozen=True, slots=True)
class Death:
    """The date taken for a death, whether sources agree and one of them is official, and the edges that say so."""

    day: date
    sure: bool
    days_apart: int
    eids: tuple[str, ...]


def month(day: date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def month_text(number: int) -> str:
    """`month` back as text, e.g. 2023-05."""
    return f"{number // 12}-{number % 12 + 1:02d}"


def scheme_words(code: str) -> tuple[str, str]:
    """Name of a scheme in zh and en."""
    return SCHEMES.get(code, (code, code))


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Dead recipients by scheme; `applied` counts recipients compared by ID number."""
    exact = nw.col("grade") == "identifier"
    deaths = until(data.view("deaths"), "date", data.as_of).filter(exact, ~nw.col("date").is_null())
    paid = data.view("benefit_payments").filter(exact, nw.col("period") <= data.as_of)
    applied = len(read(paid.select("person_id").unique()))
    records: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(read(deaths), key=lambda r: r["eid"]):
        records[row["person_id"]].append(row)
    ends = prefixed(deaths.group_by("person_id").agg(day=nw.col("date").min()), "d_")
    late = paid.join(ends, left_on="person_id", right_on="d_person_id").filter(
        (nw.col("period") > nw.col("d_day")) | (nw.col("period_to") > nw.col("d_day"))
    )
    claims: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(read(late), key=lambda r: (r["period"], r["eid"])):
        if row["kind"] not in LEFT_OUT:
            claims[row["person_id"], row["scheme"]].append(row)
    graces = read(data.view("thresholds").filter(nw.col("rule") == "grace_months"))
    people = {row["person_id"]: row for row in _beneficiaries(data, {person for person, _ in claims})}
    hits = []
    for (person, scheme), rows in sorted(claims.items()):
        death = death_of(records[person], params)
        undue = [(row, months, fen) for row in rows for months, fen in [_undue(row, death, graces, params)] if months]
        if undue and sum(fen for _, _, fen in undue) > 0:
            hits.append(_hit(data, person, scheme, death, undue, people.get(person), params))
    return Result(applied, tuple(hits))


def death_of(records: Sequence[Row], params: Mapping[str, Any]) -> Death:
    """The death that some records of one person tell of; within one source the later date counts."""
    ranked = sorted(records, key=lambda r: (_rank(r["source"]), -r["date"].toordinal(), r["eid"]))
    days = [row["date"] for row in records]
    apart = (max(days) - min(days)).days
    sure = apart <= params["max_days_apart"] and ranked[0]["source"] != "village"
    return Death(ranked[0]["date"], sure, apart, tuple(row["eid"] for row in ranked))


def _rank(source: str | None) -> int:
    return _SOURCES.index(source) if source in _SOURCES else _SOURCES.index(None)


def _undue(row: Row, death: Death, graces: Sequence[Row], params: Mapping[str, Any]) -> tuple[list[int], int]:
    """Months of a payment after death and grace, and their share of the amount in fen."""
    if row["paid"] is not None and row["paid"] <= death.day:
        return [], 0
    first, last = month(row["period"]), month(max(row["period_to"] or row["period"], row["period"]))
    end = month(death.day) + _grace(row, death, graces, params)
    months = [number for number in range(first, last + 1) if number > end]
    return months, round((row["amount_fen"] or 0) * len(months) / (last - first + 1))


def _grace(row: Row, death: Death, graces: Sequence[Row], params: Mapping[str, Any]) -> int:
    """Months of grace for a payment: the most specific row that is valid at the death, else the default."""
    fitting = []
    for limit in graces:
        place = place_prefix(limit["jurisdiction"])
        here = (row["region"] or "").startswith(place) and limit["category"] in (None, "", row["scheme"])
        if here and (limit["valid_from"] or date.min) <= death.day <= (limit["valid_to"] or date.max):
            fitting.append((bool(limit["category"]), len(place), limit["amount"]))
    return round(max(fitting)[2]) if fitting else int(params["grace_months"])


def _beneficiaries(data: Data, wanted: set[str]) -> list[Row]:
    if not wanted:
        return []
    rows = read(data.view("beneficiaries").filter(nw.col("person_id").is_in(sorted(wanted))))
    return sorted(rows, key=lambda r: (r["last_check"] or date.min, r["eid"]))


def _hit(
    data: Data,
    person: str,
    scheme: str,
    death: Death,
    undue: Sequence[tuple[Row, list[int], int]],
    record: Row | None,
    params: Mapping[str, Any],
) -> Hit:
    months = sorted({number for _, numbers, _ in undue for number in numbers})
    total = sum(fen for _, _, fen in undue)
    rows = [row for row, _, _ in sorted(undue, key=lambda u: (-u[2], u[0]["eid"]))]
    name = rows[0]["person_name"] or person
    holders = sorted({row["acct_holder_id"] for row in rows if _another(row["acct_holder_id"], person, name)})
    checked, channel = (record["last_check"], record["channel"]) if record else (None, None)
    alive = checked is not None and checked > death.day and channel == "face"
    red = death.sure and not alive
    score = min(1.0, 0.7 + 0.05 * (len(months) - 1)) * (1.0 if red else 0.5)
    return Hit(
        subjects=(
            (person, "recipient"),
            *((holder, "account_holder") for holder in holders),
            *(((record["handler_id"], "handler"),) if record and record["handler_id"] else ()),
        ),
        score=score,
        evidence=capped([*death.eids, *((record["eid"],) if record else ()), *(row["eid"] for row in rows)]),
        values={
            "person": name,
            "scheme_zh": scheme_words(scheme)[0],
            "scheme_en": scheme_words(scheme)[1],
            "death": death.day.isoformat(),
            "months": len(months),
            "first": month_text(months[0]),
            "last": month_text(months[-1]),
            "amount": fen_text(total),
            "accounts": len({row["acct_id"] for row in rows if row["acct_id"]}),
            "checked": checked.isoformat() if checked else "—",
            "channel_zh": _CHANNELS.get(channel or "", (channel or "—",) * 2)[0],
            "channel_en": _CHANNELS.get(channel or "", (channel or "—",) * 2)[1],
        },
        grades=tuple(row["grade"] for row in rows),
        checks=(_identity(), _date_check(death, params), _alive_check(data, record, death), _kind_check(data)),
        colour="red" if red else "yellow",
        klass="认定级" if red else "线索级",
        window=scheme,
        amount_fen=total,
    )


def _another(holder: str | None, person: str, name: str) -> bool:
    """Whether an account is somebody else's: not when all that is known of its holder is the recipient's own name."""
    own_name = holder is not None and holder.startswith("person:name:") and holder.endswith(f":{name}")
    return holder is not None and holder != person and not own_name


def _identity() -> Check:
    return check(
        "same_name",
        "excluded",
        "死亡与发放的证件号码完全相同",
        "the death and the payments carry the same ID number",
    )


def _date_check(death: Death, params: Mapping[str, Any]) -> Check:
    if death.days_apart > params["max_days_apart"]:
        return check(
            "death_date",
            "possible",
            f"各来源死亡日期相差{death.days_apart}天，须人工核对",
            f"sources put the death {death.days_apart} days apart: for a human to settle",
        )
    if not death.sure:
        return check("death_date", "possible", "只有村组上报", "only a village report")
    return check("death_date", "excluded", "死亡日期各来源相符", "sources agree on the date of death")


def _alive_check(data: Data, record: Row | None, death: Death) -> Check:
    if record is None or record["last_check"] is None:
        return check("alive", "not_checked", "没有资格认证记录", "no check of entitlement is on record")
    if record["last_check"] <= death.day:
        return check("alive", "excluded", "最近一次认证在死亡之前", "the last check was before the death")
    if record["channel"] == "face":
        return check(
            "alive",
            "possible",
            "死亡日期之后有人脸认证，死亡记录可能有误",
            "a face check after the death: the record may be wrong",
        )
    return check(
        "alive",
        "excluded",
        "死亡之后的认证不是本人人脸认证",
        "the check after the death was not by the person's own face",
    )


def _kind_check(data: Data) -> Check:
    if data.has("benefit_payments", "kind"):
        return check("funeral_grant", "excluded", "丧葬、转移类发放已剔除", "funeral grants and transfers are left out")
    return check("funeral_grant", "not_checked", "未标明发放类别", "kinds of payment are not on record")


DETECTOR = Detector(
    id="W01",
    name="dead_recipient",
    title=Text("死亡后继续领取待遇", "Benefits paid after death"),
    message=Text(
        "{person}于{death}死亡，{scheme_zh}待遇仍发放{months}个月（{first}至{last}），共{amount}元，"
        "收款账户{accounts}个，最近认证{checked}（{channel_zh}）。",
        "{person} died on {death}; {scheme_en} was still paid for {months} months ({first} to {last}), {amount} yuan "
        "into {accounts} accounts; last checked {checked} ({channel_en}).",
    ),
    colour="red",
    klass="认定级",
    needs=(
        Need("benefit_payments", ("id_no", "scheme", "period", "amount")),
        Need("deaths", ("id_no", "date")),
    ),
    find=find,
    params=(
        Param(
            "grace_months", 1, "月 / months", Text("死亡当月之后的宽限月数", "months of grace after the month of death")
        ),
        Param(
            "max_days_apart",
            31,
            "天 / days",
            Text("死亡日期来源之间的最大差异", "sources of the date at most so far apart"),
        ),
    ),
    law_refs=("社会保险法 88", "社会保险经办条例 8", "社会保险经办条例 26"),
    refutes=(
        Text("本人到场或派出所证明其在世", "the person appears, or the police confirm that he is alive"),
        Text("款项已在立案前退回的凭证", "a receipt showing that the money was returned"),
        Text("所发为遗属依法享受的待遇", "the benefit was lawfully due to survivors"),
    ),
)
