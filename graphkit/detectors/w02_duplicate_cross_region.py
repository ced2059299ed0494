"""W02 跨地区、跨险种重复领取 · One person draws benefits that exclude one another in the same month

方法
    证件号码相同的人在同一月份有互斥表（exclusive_schemes）所列的两种待遇，或同一种待遇的两个地区；月份按所属期
    （至所属期止）展开，补发、丧葬、转移不计，冲回后净额为零的月份不计。重叠月数 > 表中宽限月数（空白为 0）即提示。
    "employed 在职"取就业参保记录中整月在职的月份（灵活就业、公益性岗位、退休返聘不计）。
    两地代码一为另一的上级时视为同一地区。金额 = 各重叠月份两方中较小者之和（在职一方无金额，取待遇额）。
    得分 = 0.7 + 0.05 ×（重叠月数 − 1），封顶 1。只重叠 1 个月、且一方恰在该月终止、另一方恰在该月开始的，像是转移接续：
    黄色，减半。一人一对待遇一条。分母：领取互斥表所列待遇、以证件号码比对过的人数。
示例（虚构）
    某人 2023 年 1 至 6 月在甲县领城乡居民养老，同期在乙县也领：重叠 6 个月，0.95，红色。
    甲县领到 3 月、乙县自 3 月起领：1 个月，像转移，黄色 0.35；表中宽限 1 个月则不提示。
为何是疑点
    同一人在两地或两险种重复享受互斥待遇，是骗取、冒领或经办审核失守的直接表现。
法律
    社会保险法第 88 条；社会保险经办条例第 26 条。
排除
    补发、丧葬、转移类发放；已冲回的月份；非同一证件号码。
无辜解释
    转移接续当月；补发以往月份；参保登记滞后。

Method
    A person, by ID number, has in one month two benefits of a pair of `exclusive_schemes`, or one benefit of a pair of
    the same scheme in two places. Months are those of the period (to period_to); back pay, funeral grants and transfers
    do not count, nor months whose net is zero after reversals. Flagged if the overlap > the pair's months of grace
    (empty = 0). "employed" means months wholly covered by employment (not flexible
    work, public-interest posts, rehired retirees).
    Place codes of which one contains the other are one place. Amount = sum of the smaller side of each month (the
    benefit, against employment). Score = 0.7 + 0.05·(months − 1), at most 1. A single month in which one side ends and
    the other begins looks like a transfer: yellow, half. One finding per person and pair.
    Denominator: people compared by ID number who draw a scheme of the table.
Example (invented)
    Resident pension in county A and in county B from January to June 2023: 6 months, 0.95, red. In A until March, in B
    from March: one month, like a transfer, yellow 0.35; with one month of grace nothing.
Why it is a red flag
    Two benefits that exclude one another mean deception or an approval that nobody checked.
Law
    Social Insurance Law art. 88; Social Insurance Agency Regulation art. 26.
Exclusions
    Back pay, funeral grants, transfers; months that were reversed; anything but an identical ID number.
Innocent explanations
    The month of a transfer; back pay for earlier months; an insurance record closed late.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

import narwhals as nw

from graphkit.detectors.bidding import capped, place_prefix
from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import Row, check, read
from graphkit.detectors.w01_dead_recipient import LEFT_OUT, month, month_text, scheme_words
from graphkit.errors import Text
from graphkit.types import Check, fen_text

_EMPLOYED = "employed"
_NO_JOB = ("flexible", "public_interest", "retired")


@dataclass(slots=True)
class _Months:
    """What one person drew under one scheme in one place: fen and edges by month (fen 0 for employment)."""

    scheme: str
    region: str
    fen: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    eids: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def held(self) -> set[int]:
        """Months that remain after reversals."""
        return {number for number in self.eids if self.fen[number] > 0 or self.scheme == _EMPLOYED}


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """People with exclusive benefits by pair of schemes; `applied` counts people who draw a scheme of the table."""
    pairs = _table(data, params)
    if not pairs:
        return Result(0)
    schemes = sorted({scheme for pair in pairs for scheme in pair})
    kind = nw.col("kind")
    paid = data.view("benefit_payments").filter(
        nw.col("grade") == "identifier",
        nw.col("scheme").is_in(schemes),
        nw.col("period") <= data.as_of,
        ~kind.is_in([*LEFT_OUT, "backpay"]) | kind.is_null(),
    )
    applied = len(read(paid.select("person_id").unique()))
    drawn: dict[str, dict[tuple[str, str], _Months]] = defaultdict(dict)
    names: dict[str, str] = {}
    for row in sorted(read(_several(data, paid, pairs)), key=lambda r: (r["period"], r["eid"])):
        names[row["person_id"]] = row["person_name"] or row["person_id"]
        key = row["scheme"], row["region"] or ""
        _add_payment(drawn[row["person_id"]].setdefault(key, _Months(*key)), row, data.as_of)
    for row in _jobs(data, drawn, pairs):
        job = drawn[row["person_id"]].setdefault((_EMPLOYED, ""), _Months(_EMPLOYED, ""))
        for number in _whole_months(row, data.as_of):
            job.eids[number].append(row["eid"])
    hits = []
    for person, mine in sorted(drawn.items()):
        for pair, grace in sorted(pairs.items()):
            hit = _hit(data, person, names[person], pair, grace, list(mine.values()))
            hits += [hit] if hit else []
    return Result(applied, tuple(hits))


def _table(data: Data, params: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """(scheme, scheme) in alphabetical order → months of lawful overlap; of several rows the larger grace counts."""
    pairs: dict[tuple[str, str], int] = {}
    for row in read(data.view("exclusive_schemes")):
        a, b = sorted((row["scheme_a"], row["scheme_b"]))
        grace = params["grace_months"] if row["grace_months"] is None else row["grace_months"]
        pairs[a, b] = max(grace, pairs.get((a, b), 0))
    return pairs


def _several(data: Data, paid: nw.LazyFrame[Any], pairs: Mapping[tuple[str, str], int]) -> nw.LazyFrame[Any]:
    """Payments of people with two schemes or two places, or with a job where that excludes a scheme."""
    person = nw.col("person_id")
    many = paid.group_by("person_id").agg(schemes=nw.col("scheme").n_unique(), places=nw.col("region").n_unique())
    people = many.filter((nw.col("schemes") >= 2) | (nw.col("places") >= 2)).select(person)
    if any(_EMPLOYED in pair for pair in pairs):
        people = nw.concat([people, data.view("employment").select(person)]).unique()
    return paid.join(people, on="person_id", how="semi")


def _add_payment(months: _Months, row: Row, as_of: date) -> None:
    """Spread a payment over its months; a remainder of fen goes to the first."""
    first, last = month(row["period"]), month(max(row["period_to"] or row["period"], row["period"]))
    share, rest = divmod(row["amount_fen"] or 0, last - first + 1)
    for number in range(first, min(last, month(as_of)) + 1):
        months.fen[number] += share + (rest if number == first else 0)
        months.eids[number].append(row["eid"])


def _jobs(data: Data, drawn: Mapping[str, object], pairs: Mapping[tuple[str, str], int]) -> list[Row]:
    if not drawn or not any(_EMPLOYED in pair for pair in pairs):
        return []
    kind = nw.col("kind")
    jobs = data.view("employment").filter(~kind.is_in(_NO_JOB) | kind.is_null(), nw.col("from_date") <= data.as_of)
    rows = [row for row in read(jobs) if row["person_id"] in drawn]
    return sorted(rows, key=lambda r: r["eid"])


def _whole_months(job: Row, as_of: date) -> list[int]:
    """Months that a job covers from the first to the last day."""
    start, end = job["from_date"], min(job["to_date"] or as_of, as_of)
    first = month(start) + (start.day > 1)
    last = month(end) - (end.day < calendar.monthrange(end.year, end.month)[1])
    return list(range(first, last + 1))


def _hit(data: Data, person: str, name: str, pair: tuple[str, str], grace: int, mine: Sequence[_Months]) -> Hit | None:
    left, right = ([m for m in mine if m.scheme == scheme] for scheme in pair)
    couples = list(combinations(left, 2)) if pair[0] == pair[1] else [(a, b) for a in left for b in right]
    couples = [(a, b) for a, b in couples if pair[0] != pair[1] or _apart(a.region, b.region)]
    overlap = {number for a, b in couples for number in a.held() & b.held()}
    if len(overlap) <= grace:
        return None
    both = [(a, b, sorted(a.held() & b.held())) for a, b in couples]
    twice = {
        number: _smaller([m for a, b, shared in both if number in shared for m in (a, b)], number) for number in overlap
    }
    transfer = len(overlap) == 1 and any(_handover(a, b) for a, b, shared in both if shared)
    weighed: dict[str, int] = {}
    for a, b, shared in both:
        for number in shared:
            for side in (a, b):
                for edge in side.eids[number]:
                    weighed[edge] = max(weighed.get(edge, 0), side.fen[number])
    regions = sorted({m.region for a, b, shared in both if shared for m in (a, b) if m.region})
    months, total = sorted(overlap), sum(twice.values())
    score = min(1.0, 0.7 + 0.05 * (len(months) - 1)) * (0.5 if transfer else 1.0)
    return Hit(
        subjects=((person, "recipient"),),
        score=score,
        evidence=capped(edge for _, edge in sorted((-fen, edge) for edge, fen in weighed.items())),
        values={
            "person": name,
            "zh": "与".join(dict.fromkeys(scheme_words(code)[0] for code in pair)),
            "en": " and ".join(dict.fromkeys(scheme_words(code)[1] for code in pair)),
            "regions": "、".join(regions) or "—",
            "months": len(months),
            "first": month_text(months[0]),
            "last": month_text(months[-1]),
            "amount": fen_text(total),
        },
        grades=("identifier",),
        checks=(_backpay(data), _transfer(transfer, grace, len(months)), _late_record(pair)),
        colour="yellow" if transfer else "red",
        klass="线索级" if transfer else "认定级",
        window="|".join(pair),
        amount_fen=total,
    )


def _smaller(sides: Sequence[_Months], number: int) -> int:
    """The smallest amount of a month among the sides that have one."""
    return min((m.fen[number] for m in sides if m.scheme != _EMPLOYED), default=0)


def _apart(a: str, b: str) -> bool:
    """Whether two place codes are two places: neither is unknown nor contains the other."""
    a, b = place_prefix(a), place_prefix(b)
    return bool(a and b) and not a.startswith(b) and not b.startswith(a)


def _handover(a: _Months, b: _Months) -> bool:
    """Whether one side ends in the month in which the other begins."""
    return max(a.held()) == min(b.held()) or max(b.held()) == min(a.held())


def _backpay(data: Data) -> Check:
    if data.has("benefit_payments", "kind"):
        return check(
            "back_pay",
            "excluded",
            "补发、丧葬、转移类发放已剔除",
            "back pay, funeral grants and transfers are left out",
        )
    return check(
        "back_pay", "not_checked", "未标明发放类别，可能含补发", "kinds of payment are not on record: may be back pay"
    )


def _transfer(transfer: bool, grace: int, months: int) -> Check:
    if transfer:
        return check("transfer_month", "possible", "只重叠一个月，像转移接续", "a single month, as in a transfer")
    return check(
        "transfer_month",
        "excluded",
        f"重叠{months}个月，超过宽限{grace}个月",
        f"{months} months of overlap, more than the {grace} of grace",
    )


def _late_record(pair: tuple[str, str]) -> Check:
    if _EMPLOYED in pair:
        return check(
            "late_record", "possible", "参保终止登记可能滞后", "the end of the job may have been recorded late"
        )
    return check("late_record", "excluded", "两方均有实际发放", "both sides were actually paid")


DETECTOR = Detector(
    id="W02",
    name="duplicate_cross_region",
    title=Text("跨地区、跨险种重复领取", "Exclusive benefits drawn at the same time"),
    message=Text(
        "{person}在{months}个月（{first}至{last}）内重复享有互斥的待遇：{zh}（地区{regions}），重复部分{amount}元。",
        "{person} had benefits that exclude one another, {en} (places {regions}), in the same {months} months, {first} "
        "to {last}; {amount} yuan of it twice.",
    ),
    colour="red",
    klass="认定级",
    needs=(
        Need("benefit_payments", ("id_no", "scheme", "region", "period", "amount")),
        Need("exclusive_schemes", ("scheme_a", "scheme_b")),
    ),
    find=find,
    params=(
        Param(
            "grace_months",
            0,
            "月 / months",
            Text("互斥表未写明时的宽限月数", "months of grace where the table gives none"),
        ),
    ),
    law_refs=("社会保险法 88", "社会保险经办条例 26"),
    refutes=(
        Text("转移接续手续表明该月为过渡月", "transfer papers showing that the month was one of transition"),
        Text("一方已退回重复部分的凭证", "a receipt showing that one side was repaid"),
        Text("发放实为以往月份的补发", "the payment was back pay for earlier months"),
    ),
)
