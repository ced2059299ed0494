"""The files of the shipped county as plain Python rows; its workspace is the fixture `county`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from graphkit.identity.keys import keyed
from graphkit.values.account import normalise_account
from graphkit.values.id_no import normalise_id_no
from graphkit.values.names import norm_name
from graphkit.values.phone import normalise_phone
from tests import prepared

FILES = prepared.ROOT / "sample_graphs" / "county" / "files"
KEY = prepared.KEY.encode()
AS_OF = prepared.AS_OF
MIDWAY = date(2022, 6, 15)
"""A day in the middle of the county's story: much has happened, much has not."""

HEADERS = {
    "accounts": {"账号": "acct", "户名": "holder", "证件号码": "holder_id", "开户行": "bank", "账户类型": "kind", "开户日期": "opened"},
    "benefit_payments": {
        "身份证号": "id_no", "姓名": "name", "待遇类型": "scheme", "统筹区": "region", "所属期": "period", "发放类别": "kind", "发放金额": "amount",
        "银行账号": "acct", "户名": "acct_holder", "发放日期": "paid",
    },
    "contacts": {"主体": "subject", "证件号码": "subject_id", "联系方式类型": "kind", "号码": "value", "启用日期": "from_date", "数据来源": "source"},
    "departments": {"单位名称": "org", "科室名称": "dept", "科室类别": "kind", "负责人": "head", "职权": "powers"},
    "kinship": {"本人身份证号": "id_no_a", "本人姓名": "name_a", "亲属身份证号": "id_no_b", "亲属姓名": "name_b", "关系": "code", "来源": "source"},
}  # fmt: skip
CODES = {
    "储蓄": "personal", "对公": "corporate", "保证保险专户": "pool", "正常": "regular", "补发": "backpay", "丧葬费": "funeral", "地址": "address",
    "电话": "phone", "配偶": "SP", "兄弟姐妹": "SB", "父母": "PA", "子女": "CH",
}  # fmt: skip
CODED = {("accounts", "kind"), ("benefit_payments", "kind"), ("contacts", "kind"), ("kinship", "code")}
RANK = ("identifier", "unique_name", "scoped_name", "name_only")
Row = dict[str, str]
Place = tuple[str, int]


def weakest(*grades: str) -> str:
    """The weakest of some grades."""
    return max(grades, key=RANK.index)


def fen(text: str) -> int | None:
    """Yuan as the file writes them, in fen."""
    return int(Decimal(text) * 100) if text else None


def day(text: str) -> date | None:
    """An ISO day; a month is its first day."""
    return date.fromisoformat(text if len(text) > 7 else f"{text}-01") if text else None


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def truth(text: str) -> bool | None:
    return {"true": True, "false": False, "": None}[text]


def person(number: str) -> str:
    """The id of the person with this ID number."""
    value = normalise_id_no(number)
    assert value is not None
    return f"person:{keyed(KEY, 'id_no', [value])[0]}"


def acct(number: str) -> str | None:
    """The id of an account."""
    value = normalise_account(number)
    return f"acct:{keyed(KEY, 'acct', [value])[0]}" if value else None


def contact(kind: str, value: str) -> str:
    """The id of a phone or an address."""
    norm = (normalise_phone(value) or norm_name(value)) if kind == "phone" else norm_name(value)
    return f"contact:{kind}:{keyed(KEY, 'contact', [norm])[0]}"


def shown(kind: str, value: str) -> str:
    """What an answer may show of a contact."""
    return f"电话 尾号{value[-4:]}" if kind == "phone" else value


class County:
    """The county's files, read with nothing but the csv module, and who is who in them."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Place, Row]]] = {}
        for path in sorted(FILES.glob("*.csv")):
            names = HEADERS.get(path.stem, {})
            with path.open(encoding="utf-8-sig", newline="") as file:
                self._rows[path.stem] = [
                    (
                        (path.name, line),
                        {names.get(k, k): self._plain(path.stem, names.get(k, k), v) for k, v in row.items()},
                    )
                    for line, row in enumerate(csv.DictReader(file), start=2)
                ]
        self.uscc = {norm_name(r["name"]): r["uscc"] for r in self.of("organizations")}
        self.names = {f"org:{r['uscc']}": r["name"] for r in self.of("organizations")}
        self.roster: dict[tuple[str, str], set[str]] = {}
        self.unnumbered: set[tuple[str, str]] = set()
        self._enrol()
        self.staff_no = {(self.org(r["org"])[0], r["staff_no"]): person(r["id_no"]) for r in self.of("staff")}

    @staticmethod
    def _plain(template: str, column: str, value: str) -> str:
        return CODES[value] if (template, column) in CODED else value

    def of(self, template: str) -> list[Row]:
        """The rows of a file, in file order."""
        return [row for _, row in self._rows[template]]

    def placed(self, template: str) -> list[tuple[Place, Row]]:
        """The rows of a file, each with its file name and physical line."""
        return self._rows[template]

    def templates(self) -> list[str]:
        return list(self._rows)

    def org(self, name: str, uscc: str = "") -> tuple[str, str]:
        """(id, grade) of an organization by code, else by registered name."""
        if uscc:
            return f"org:{uscc}", "identifier"
        norm = norm_name(name)
        return (f"org:{self.uscc[norm]}", "unique_name") if norm in self.uscc else (f"org:name:{norm}", "name_only")

    def party(self, name: str, number: str) -> tuple[str, str]:
        """(id, grade) of somebody with a number: a person's or an organization's."""
        return (person(number), "identifier") if normalise_id_no(number) else self.org(name, number)

    def named(self, scope: str, name: str) -> tuple[str, str]:
        """(id, grade) of a person by name inside an organization."""
        known = self.roster.get((scope, norm_name(name)), set())
        if len(known) == 1:
            return next(iter(known)), "scoped_name"
        tail = scope.removeprefix("org:").removeprefix("name:")
        registered = (scope, norm_name(name)) in self.unnumbered and not known
        return f"person:name:{tail}:{norm_name(name)}", "scoped_name" if registered else "name_only"

    def holder(self, account: str) -> tuple[str, str] | tuple[None, None]:
        """(id, grade) of the holder of an account, from the accounts file."""
        for r in self.of("accounts"):
            if r["acct"] == account:
                return self.party(r["holder"], r["holder_id"])
        return None, None

    def _enrol(self) -> None:
        def add(scope: str, name: str, number: str) -> None:
            if name and number and normalise_id_no(number):
                self.roster.setdefault((scope, norm_name(name)), set()).add(person(number))
            elif name and not number:
                self.unnumbered.add((scope, norm_name(name)))

        for r in self.of("organizations"):
            add(f"org:{r['uscc']}", r["legal_rep"], r["legal_rep_id_no"])
        for template, scope, name, number in (
            ("staff", "org", "name", "id_no"),
            ("roles", "company", "holder", "holder_id"),
            ("employment", "employer", "name", "id_no"),
        ):
            for r in self.of(template):
                add(self.org(r[scope])[0], r[name], r[number])


@cache
def county_files() -> County:
    """The oracle's rows, read once."""
    return County()


def up_to(last: date, *days: date | datetime | None) -> bool:
    """Whether none of the days lies after `last`."""
    return all(d is None or (d.date() if isinstance(d, datetime) else d) <= last for d in days)


def mapped(rows: Iterable[Mapping[str, str]], key: str) -> dict[str, Mapping[str, str]]:
    """Rows by one of their columns."""
    return {row[key]: row for row in rows}
