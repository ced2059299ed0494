"""B01 同机器码、同网络地址、同文件特征 · Different bidders of one lot share a machine, an address or a document mark

方法
    同一标段的两家不同投标人（待评、有效、被否决的投标；受邀未投、撤回、终止项目不计）有相同的电子特征。权重：
    计价锁号、CPU、硬盘、MAC、CA 锁 1.0；PDF 标识、RSID 0.9；文件作者与单位相同且创建时间相差 ≤ 30 分钟 0.7；
    IP 0.5，IP 加任何另一种相同特征 0.9。只在解密环节相同的机器特征视同 IP（开标室的机器）。
    被 20 家以上主体使用的特征按 1/ln(n+5) 折减。得分取各对中的最大权重；≥ 0.9 为红色认定级，其余为黄色线索级。
    以投标人两两相连成组，同一项目多个标段的同一组合并为一条。分母：至少两家投标人留有特征的标段数。
示例（虚构）
    甲、乙两家文件的 MAC 都是 02-AA-BB-CC-DD-01：权重 1.0，红色。甲、丙只有相同上传 IP：0.5，黄色；
    若二者的文件作者也相同：0.9，红色。只有作者相同：不提示。
为何是疑点
    不同投标人的投标文件由同一单位或者个人编制，法律直接视为串通投标。
法律
    招标投标法实施条例第 40 条（一）。文件创建标识码各地多规定仅供评标委员会判断。
排除
    通用作者名（Administrator 等）、空值和占位序列号、环回与内网地址、白名单中的特征。
无辜解释
    代理机构开标室、打印店、园区共用网络；模板自带的文件标识。请找第二个信号。

Method
    Two different bidders of one lot (bids pending, valid or disqualified; not invited, withdrawn or cancelled) share a
    mark. Weights: pricing-software lock, CPU, disk, MAC, CA key 1.0; PDF id, RSID 0.9; same author and company with
    files created ≤ 30 minutes apart 0.7; IP 0.5, IP with any other shared mark 0.9. Machine marks that coincide only
    at decryption weigh as an IP (the opening room's machine). A mark of more than 20 subjects is multiplied by
    1/ln(n+5). Score = largest weight of a pair; from 0.9 red and deemed by law, else yellow and a reason to look.
    Pairs are joined to groups; the same group in several lots of one project is one finding.
    Denominator: lots in which at least two bidders left marks.
Example (invented)
    Files of A and B carry MAC 02-AA-BB-CC-DD-01: 1.0, red. A and C share only an upload IP: 0.5, yellow; if their
    files also name the same author: 0.9, red. The same author alone: nothing.
Why it is a red flag
    Bids of different bidders prepared by one unit or person are deemed collusion by statute.
Law
    Implementing regulation of the Bidding Law art. 40(1). File-creation codes are mostly for the panel's judgement.
Exclusions
    Default author names, empty values and placeholder serials, loopback and private addresses, white-listed marks.
Innocent explanations
    An agency's bid room, a print shop, a park's network; a document id that came with a template: ask for a second
    signal.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

import narwhals as nw

from graphkit.detectors.bidding import (
    Pair,
    bare,
    capped,
    clusters,
    listed,
    names,
    of_submitted,
    offers,
    until_end,
    whitelist,
    whitelist_check,
)
from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import Row, check, day_of, read
from graphkit.errors import Text
from graphkit.types import Check

WEIGHTS: Mapping[str, float] = {
    "lock_no": 1.0, "cpu": 1.0, "disk": 1.0, "mac": 1.0, "ca_cert": 1.0, "pdf_id": 0.9, "rsid": 0.9, "ip": 0.5,
    "file_author": 0.0, "file_company": 0.0, "file_created": 0.0,
}  # fmt: skip
"""What one shared mark of a kind weighs by itself."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "lock_no": ("计价软件锁号", "pricing-software lock"), "cpu": ("CPU 序列号", "CPU serial"),
    "disk": ("硬盘序列号", "disk serial"), "mac": ("MAC 地址", "MAC address"), "ca_cert": ("CA 锁", "CA key"),
    "pdf_id": ("PDF 标识", "PDF id"), "rsid": ("RSID", "RSID"), "ip": ("IP 地址", "IP address"),
    "file_author": ("文件作者", "file author"), "file_company": ("文件单位", "file company"),
    "file_created": ("文件创建时间", "file creation time"),
}  # fmt: skip
_MACHINE = frozenset({"mac", "cpu", "disk", "ip"})
_STOP = (
    "administrator", "admin", "user", "users", "owner", "guest", "pc", "microsoft", "microsoft office user", "windows",
    "windows 用户", "windows用户", "微软用户", "微软中国", "微软", "用户", "china", "hp", "lenovo", "dell", "asus",
    "acer", "huawei", "wps", "wps office", "kingsoft", "python-docx", "unknown", "none", "null", "n/a", "无", "0", "-",
    "default string", "to be filled by o.e.m.",
    "00-00-00-00-00-00", "00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff", "ff:ff:ff:ff:ff:ff",
)  # fmt: skip
_PRIVATE = re.compile(r"(0|10|127)\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1?$|f[cd][0-9a-f]{2}:|fe80:")


@dataclass(frozen=True, slots=True)
class _Signal:
    """One mark that two bidders share; `rows` are the marks of both, `room` when seen only at decryption."""

    kind: str
    value: str
    rows: tuple[Row, ...]
    room: bool
    hub: int


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Groups of bidders by shared marks; `applied` counts lots with marks of at least two bidders."""
    marks = of_submitted(data, until_end(data.view("artifacts"), "recorded", data.as_of)).with_columns(key=_KEY)
    lots = _several(marks, "lot_id")
    shared = marks.join(_several(marks, "lot_id", "kind", "key"), on=["lot_id", "kind", "key"], how="semi")
    created = marks.filter(nw.col("kind") == "file_created").join(
        shared.select("lot_id").unique(), on="lot_id", how="semi"
    )
    lists = whitelist(data, "B01", "device")
    by_lot: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(read(shared), key=lambda r: r["eid"]):
        if row["kind"] in WEIGHTS and not _stopped(row, params) and not _listed(lists, row):
            by_lot[row["lot_id"]].append(row)
    times: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(read(created), key=lambda r: r["eid"]):
        times[row["bid_id"]].append(row)
    found: dict[tuple[str, frozenset[str], bool], dict[str, dict[Pair, list[_Signal]]]] = defaultdict(dict)
    for lot, rows in sorted(by_lot.items()):
        pairs = _pairs(rows, times, params)
        weights = {pair: weigh(signals, params) for pair, signals in pairs.items()}
        weights = {pair: weight for pair, weight in weights.items() if weight >= params["min_weight"]}
        for members, red, joined in clusters(weights, params["red_weight"]):
            found[rows[0]["tender_id"], members, red][lot] = {pair: pairs[pair] for pair in joined}
    bids = offers(data, (lot for by in found.values() for lot in by))
    applied = len(read(lots))
    return Result(applied, tuple(_hit(data, params, key, by, bids) for key, by in sorted(found.items(), key=_order)))


_KEY = (
    nw.when(nw.col("kind").is_in(["ip", "file_created"]))
    .then(nw.col("value").str.to_lowercase())
    .otherwise(nw.col("value").str.to_lowercase().str.replace_all(r"[\s:\-]", ""))
)


def _several(marks: nw.LazyFrame[Any], *keys: str) -> nw.LazyFrame[Any]:
    seen = marks.group_by(*keys).agg(bidders=nw.col("bidder_id").n_unique())
    return seen.filter(nw.col("bidders") >= 2).select(*keys)


def _order(item: tuple[tuple[str, frozenset[str], bool], object]) -> tuple[str, list[str], bool]:
    tender, members, red = item[0]
    return tender or "", sorted(members), red


def _stopped(row: Row, params: Mapping[str, Any]) -> bool:
    value = row["value"].strip().lower()
    return not value or value in params["stop_values"] or (row["kind"] == "ip" and bool(_PRIVATE.match(value)))


def _listed(lists: Sequence[Row], row: Row) -> bool:
    return listed(lists, (row["value"], row["device_id"]), day_of(row["recorded"]))


def _pairs(rows: Sequence[Row], times: Mapping[str, list[Row]], params: Mapping[str, Any]) -> dict[Pair, list[_Signal]]:
    """Shared marks of each pair of bidders of one lot."""
    marks: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        marks[row["kind"], row["key"]][row["bidder_id"]].append(row)
    pairs: dict[Pair, list[_Signal]] = defaultdict(list)
    for (kind, _), owners in sorted(marks.items()):
        for a, b in combinations(sorted(owners), 2):
            both = (*owners[a], *owners[b])
            room = kind in _MACHINE and all(r["stage"] == "decrypted" for r in both)
            hub = max(r["hub_size"] or 0 for r in both)
            pairs[a, b].append(_Signal(kind, both[0]["value"], both, room, hub))
    for signals in pairs.values():
        mine = {s.kind: s for s in signals}
        if "file_author" in mine and "file_company" in mine and "file_created" not in mine:
            made = [times.get(mine["file_author"].rows[i]["bid_id"], []) for i in (0, -1)]
            near = [(x, y) for x in made[0] for y in made[1] if _apart(x, y) <= params["created_minutes"]]
            if near:
                signals.append(_Signal("file_created", near[0][0]["value"], near[0], False, 0))
    return pairs


def weigh(signals: Sequence[_Signal], params: Mapping[str, Any]) -> float:
    """Weight of a pair of bidders, 0..1, from the marks they share."""
    own = [s for s in signals if s.hub <= params["hub_cap"] and not s.room]
    kinds = {s.kind for s in own}
    weights = [
        (params["ip_weight"] if s.room or s.kind == "ip" else WEIGHTS[s.kind])
        * (1.0 if s.hub <= params["hub_cap"] else 1.0 / math.log(s.hub + 5))
        for s in signals
    ]
    if {"file_author", "file_company", "file_created"} <= kinds:
        weights.append(0.7)
    if "ip" in kinds and len(kinds) >= 2:
        weights.append(0.9)
    return max(weights)


def _apart(x: Row, y: Row) -> float:
    a, b = (_moment(r["value"]) or r["recorded"] for r in (x, y))
    return abs((a - b).total_seconds()) / 60 if a and b else math.inf


def _moment(text: str) -> datetime | None:
    digits = "".join(part.zfill(2) for part in re.findall(r"\d+", text))[:14]
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S" if len(digits) == 14 else "%Y%m%d%H%M")
    except ValueError:
        return None


def _hit(
    data: Data,
    params: Mapping[str, Any],
    key: tuple[str, frozenset[str], bool],
    by_lot: Mapping[str, Mapping[Pair, Sequence[_Signal]]],
    bids: Sequence[Row],
) -> Hit:
    tender, members, red = key
    bids = [b for b in bids if b["lot_id"] in by_lot and b["bidder_id"] in members]
    edge = {b["id"]: b["eid"] for b in bids}
    signals = [s for pairs in by_lot.values() for pair in sorted(pairs) for s in pairs[pair]]
    signals.sort(key=lambda s: (-WEIGHTS[s.kind], s.room, s.hub, s.kind, s.value, s.rows[0]["eid"]))
    rows = [row for s in signals for row in s.rows]
    words = list(dict.fromkeys((*_WORDS[s.kind], s.value) for s in signals))
    stakes = [
        min((b["amount_fen"] for b in bids if b["lot_id"] == lot and b["amount_fen"]), default=0) for lot in by_lot
    ]
    return Hit(
        subjects=(*((member, "bidder") for member in sorted(members)), (tender, "tender")),
        score=max(weigh(s, params) for pairs in by_lot.values() for s in pairs.values()),
        evidence=capped(eid for row in rows for eid in (str(edge.get(row["bid_id"], row["eid"])), row["eid"])),
        values=names(rows)
        | {"lots": "、".join(bare(lot) for lot in sorted(by_lot)), "marks": len(words)}
        | {"marks_zh": "；".join(f"{zh} {value}" for zh, _, value in words[:3])}
        | {"marks_en": "; ".join(f"{en} {value}" for _, en, value in words[:3])},
        grades=tuple(row["bidder_grade"] for row in rows),
        checks=(_room(signals, params), _default(), whitelist_check(data)),
        colour="red" if red else "yellow",
        klass="认定级" if red else "线索级",
        window=tender,
        amount_fen=sum(stakes),
    )


def _room(signals: Sequence[_Signal], params: Mapping[str, Any]) -> Check:
    own = [s for s in signals if WEIGHTS[s.kind] >= params["red_weight"] and not s.room and s.hub <= params["hub_cap"]]
    if any(row["stage"] in ("made", "uploaded") for s in own for row in s.rows):
        return check(
            "shared_room",
            "excluded",
            "相同特征出现在制作或上传环节，且使用者不多",
            "the mark was left while making or uploading the files, and few others use it",
        )
    if own:
        return check("shared_room", "not_checked", "未记录特征所在环节", "the stage of the marks is not on record")
    return check(
        "shared_room",
        "possible",
        "可能是开标室、打印店或园区的共用设备、网络，需第二个信号",
        "may be equipment or a network of a bid room, print shop or park; a second signal is needed",
    )


def _default() -> Check:
    return check(
        "default_value",
        "excluded",
        "不是通用作者名、占位序列号或内网地址",
        "no default name, placeholder or private address",
    )


DETECTOR = Detector(
    id="B01",
    name="shared_fingerprint",
    title=Text("不同投标人电子特征相同", "Different bidders share an electronic fingerprint"),
    message=Text(
        "标段{lots}：{bidders_zh}的投标文件有{marks}项相同电子特征：{marks_zh}。",
        "Lot {lots}: the bids of {bidders_en} share {marks} electronic marks: {marks_en}.",
    ),
    colour="red",
    klass="认定级",
    needs=(
        Need("bids", ("project_no", "bidder")),
        Need("bid_artifacts", ("project_no", "bidder", "kind", "value")),
    ),
    find=find,
    params=(
        Param("min_weight", 0.25, "0..1", Text("提示的最低权重", "smallest weight that is reported")),
        Param("red_weight", 0.9, "0..1", Text("红色认定级的最低权重", "weight from which a finding is red")),
        Param(
            "ip_weight",
            0.5,
            "0..1",
            Text("只有 IP（或只在解密环节）相同的权重", "weight of an IP alone, or of the opening room"),
        ),
        Param(
            "created_minutes", 30, "分钟 / minutes", Text("文件创建时间最大间隔", "files created at most so far apart")
        ),
        Param(
            "hub_cap",
            20,
            "个 / subjects",
            Text("特征使用者上限，超过即折减", "users of a mark beyond which it is discounted"),
        ),
        Param(
            "stop_values", _STOP, "", Text("不作数的通用值（小写）", "default values that do not count (lower case)")
        ),
    ),
    law_refs=("招标投标法实施条例 40(1)",),
    refutes=(
        Text(
            "共用设备属于代理机构、打印店或公共网络的证明",
            "proof that the machine or network is an agency's, a print shop's or a public one",
        ),
        Text("平台日志表明特征由平台自身写入", "platform logs showing that the platform itself wrote the mark"),
        Text("两家为同一联合体成员", "the two bid as one consortium"),
    ),
)
