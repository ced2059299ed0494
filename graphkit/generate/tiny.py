"""The smallest sample: one nest of shape 1 on one page, written by hand so that it can be read by hand.

An equipment chief, his wife, her brother, the brother's firm, a mule account, two contracts paid in four parts and the
money that came back three times; three competitors, one of them owned by a man who merely bears the chief's name.
"""

from __future__ import annotations

from datetime import date, datetime

from graphkit.generate.codes import card, corporate_account, id_no, uscc
from graphkit.generate.tables import Tables, yuan
from graphkit.generate.truth import LookAlike, Member, Nest, Truth

_REGION = "990101"
_HOSPITAL = "岚塘县人民医院"
_SUPPLIER = "云栖笙医疗器械有限公司"
_RIVALS = ("启衡砚医疗科技有限公司", "恒岳楷医药有限公司", "嘉澄榆医用材料有限公司")


def _born(year: int, month: int, day: int, order: int) -> str:
    return id_no(_REGION, date(year, month, day), order)


_CHIEF, _WIFE = _born(1974, 3, 12, 17), _born(1976, 8, 5, 26)
_BROTHER, _MULE = _born(1979, 11, 20, 35), _born(1990, 6, 2, 51)
_NAMESAKE, _DEAN = _born(1981, 4, 9, 73), _born(1968, 1, 30, 11)
_NURSE, _CLERK = _born(1985, 9, 14, 62), _born(1988, 12, 1, 84)
_NAMES = {
    _CHIEF: "周建明",
    _WIFE: "林秀兰",
    _BROTHER: "林海涛",
    _MULE: "何宇",
    _NAMESAKE: "周建明",
    _DEAN: "高志安",
    _NURSE: "孙静",
    _CLERK: "梁婷",
}
_CODES = {
    name: uscc("12" if name == _HOSPITAL else "91", _REGION, f"0000{place:04d}")
    for place, name in enumerate((_HOSPITAL, _SUPPLIER, *_RIVALS), start=11)
}
_ACCOUNTS = {
    holder: card(place) if holder in _NAMES else corporate_account(place)
    for place, holder in enumerate((_HOSPITAL, _SUPPLIER, _RIVALS[0], _CHIEF, _WIFE, _MULE), start=1)
}


def tiny() -> tuple[Tables, Truth]:
    """The rows (at most 60 over 12 files) and the answer."""
    t = Tables()
    _people(t)
    _purchases(t)
    _payments(t)
    nest = Nest(
        id="nest-1",
        shape=1,
        title="设备科长—妻弟的公司—过桥账户—妻子",
        hospital=_HOSPITAL,
        detectors=("K02", "F01", "F02"),
        members=(
            _person(_CHIEF, "equipment chief"),
            _person(_WIFE, "wife"),
            _person(_BROTHER, "wife's brother, owner"),
            Member("org", _CODES[_SUPPLIER], _SUPPLIER, "supplier"),
            _person(_MULE, "mule"),
        ),
    )
    stranger = LookAlike(
        kind="same_name",
        why="bears the equipment chief's name, has another ID number; his firm was paid for one repair",
        subjects=(_person(_NAMESAKE, "namesake"), Member("org", _CODES[_RIVALS[0]], _RIVALS[0], "bidder")),
    )
    return t, Truth(seed=0, nests=(nest,), lookalikes=(stranger,))


def _person(number: str, role: str) -> Member:
    return Member("person", number, _NAMES[number], role)


def _people(t: Tables) -> None:
    t.add(
        "organizations",
        uscc=_CODES[_HOSPITAL],
        name=_HOSPITAL,
        type="hospital",
        region=_REGION,
        level="二级",
        reg_addr="岚塘县康复路1号",
        founded=date(1978, 5, 1),
    )
    owners = (_BROTHER, _NAMESAKE, None, None)
    for place, (name, owner) in enumerate(zip((_SUPPLIER, *_RIVALS), owners, strict=True), start=1):
        t.add(
            "organizations",
            uscc=_CODES[name],
            name=name,
            type="company",
            region=_REGION,
            legal_rep=_NAMES[owner] if owner else "",
            legal_rep_id_no=owner,
            reg_addr=f"岚塘县工业路{place}8号",
            founded=date(2015 + place, 3, 1),
            status="active",
        )
    staff = (
        ("1001", _DEAN, "院办", "president"),
        ("1002", _CHIEF, "设备科", "equipment"),
        ("1003", _CLERK, "财务科", "finance"),
        ("1004", _NURSE, "手术室", "head_nurse"),
    )
    for number, who, dept, role in staff:
        t.add(
            "staff",
            staff_no=number,
            id_no=who,
            name=_NAMES[who],
            org=_HOSPITAL,
            dept=dept,
            role_code=role,
            head=role != "head_nurse",
            from_date=date(2016, 1, 1),
        )
    for a, b, code, source in ((_CHIEF, _WIFE, "配偶", "婚姻登记"), (_WIFE, _BROTHER, "兄弟姐妹", "户籍登记")):
        t.add("kinship", id_no_a=a, name_a=_NAMES[a], id_no_b=b, name_b=_NAMES[b], code=code, source=source)
    for firm, who, kind, share in (
        (_SUPPLIER, _BROTHER, "shareholder", "90"),
        (_SUPPLIER, _BROTHER, "legal_rep", None),
        (_RIVALS[0], _NAMESAKE, "shareholder", "100"),
    ):
        t.add(
            "roles",
            company=firm,
            holder=_NAMES[who],
            holder_id=who,
            kind=kind,
            share_pct=share,
            from_date=date(2018, 4, 1),
        )
    for holder, number in _ACCOUNTS.items():
        t.add(
            "accounts",
            acct=number,
            holder=_NAMES.get(holder, holder),
            holder_id=_CODES.get(holder, holder),
            kind="储蓄" if holder in _NAMES else "对公",
        )


def _purchases(t: Tables) -> None:
    first = (_SUPPLIER, 128_000_000), (_RIVALS[0], 131_900_000), (_RIVALS[1], 141_200_000)
    second = (_SUPPLIER, 86_000_000), (_RIVALS[1], 91_300_000), (_RIVALS[2], 98_800_000)
    rounds = (
        ("LT2022-01", "彩色超声诊断仪采购", date(2022, 3, 1), first),
        ("LT2022-02", "麻醉机采购", date(2022, 8, 1), second),
    )
    for number, title, day, offers in rounds:
        t.add(
            "tenders",
            project_no=number,
            title=title,
            buyer=_HOSPITAL,
            method="open",
            budget=yuan(offers[0][1] * 108 // 100),
            category="A02320000",
            published=day,
            deadline=datetime(day.year, day.month, 24, 9, 30),
            criteria="score",
            status="complete",
        )
        for place, (name, amount) in enumerate(offers, start=1):
            t.add(
                "bids",
                project_no=number,
                bidder=name,
                bidder_uscc=_CODES[name],
                amount=yuan(amount),
                status="valid",
                rank=place,
            )
        won = date(day.year, day.month, 27)
        t.add("awards", project_no=number, supplier=_SUPPLIER, amount=yuan(offers[0][1]), date=won)
        t.add(
            "contracts",
            contract_no=f"{number}-HT",
            project_no=number,
            buyer=_HOSPITAL,
            supplier=_SUPPLIER,
            amount=yuan(offers[0][1]),
            signed=date(day.year, day.month + 1, 10),
            accepted=date(day.year, day.month + 2, 15),
        )
        t.add(
            "approvals",
            project_no=number,
            org=_HOSPITAL,
            person=_NAMES[_CHIEF],
            id_no=_CHIEF,
            action="request",
            date=day,
        )


def _payments(t: Tables) -> None:
    rows = (
        ("2022-05-20 10:05", _HOSPITAL, _SUPPLIER, 76_800_000, "online", "超声设备款60%", "LT2022-01-HT"),
        ("2022-05-25 11:20", _SUPPLIER, _MULE, 7_680_000, "online", "运输服务费", None),
        ("2022-05-26 09:12", _MULE, _WIFE, 7_600_000, "online", "往来", None),
        ("2022-06-10 08:00", _HOSPITAL, _CHIEF, 982_000, "batch", "工资", None),
        ("2022-07-20 15:40", _HOSPITAL, _SUPPLIER, 51_200_000, "online", "超声设备款40%", "LT2022-01-HT"),
        ("2022-07-27 10:31", _SUPPLIER, _MULE, 5_120_000, "online", "安装服务费", None),
        ("2022-07-28 14:02", _MULE, _WIFE, 5_070_000, "online", "往来", None),
        ("2022-09-10 08:00", _HOSPITAL, _CHIEF, 986_000, "batch", "工资", None),
        ("2022-10-20 09:55", _HOSPITAL, _SUPPLIER, 86_000_000, "online", "麻醉机设备款", "LT2022-02-HT"),
        ("2022-10-28 16:20", _SUPPLIER, _MULE, 8_600_000, "online", "运输服务费", None),
        ("2022-10-29 09:48", _MULE, _WIFE, 8_520_000, "online", "往来", None),
        ("2022-11-15 12:00", _SUPPLIER, _WIFE, 3_000_000, "online", "咨询费", None),
        ("2022-11-20 17:30", _WIFE, _CHIEF, 500_000, "online", "家用", None),
        ("2022-12-01 10:00", _HOSPITAL, _RIVALS[0], 4_260_000, "online", "维修款", None),
    )
    for place, (ts, payer, payee, amount, channel, purpose, contract) in enumerate(rows, start=1):
        t.add(
            "transactions",
            tx=f"LS{place:04d}",
            ts=datetime.fromisoformat(ts),
            from_acct=_ACCOUNTS[payer],
            from_name=_NAMES.get(payer, payer),
            to_acct=_ACCOUNTS[payee],
            to_name=_NAMES.get(payee, payee),
            amount=yuan(amount),
            channel=channel,
            purpose=purpose,
            contract_no=contract,
        )
