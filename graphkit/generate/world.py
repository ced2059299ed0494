"""The world under construction: it hands out numbers without repeats and keeps rows, transfers and holders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from graphkit.generate import codes, names
from graphkit.generate.objects import Hospital, Org, Person, Transfer
from graphkit.generate.tables import Tables

FIRST_DAY, LAST_DAY = date(2021, 1, 1), date(2023, 12, 31)
"""Everything dated happens in these three years, except births, foundations and old posts."""


class World:
    """A province being filled; every random choice comes from a named stream of its seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.tables = Tables()
        self.transfers: list[Transfer] = []
        self.holders: dict[str, str] = {}
        self.hospitals: list[Hospital] = []
        self.suppliers: list[Org] = []
        self.makers: list[Org] = []
        self.shops: list[Org] = []
        self.agents: list[Org] = []
        self.insurers: list[Org] = []
        self.experts: list[Person] = []
        self.kin: dict[str, list[tuple[str, Person]]] = {}
        self._serial = 0
        self._brands = 0
        self._ids: set[str] = set()
        self._offset = seed * 104_729

    def stream(self, name: str) -> Random:
        """A random stream of its own for each purpose, so that one part does not shift another."""
        return Random(f"{self.seed}/{name}")  # noqa: S311

    def next(self) -> int:
        """The next serial of this world."""
        self._serial += 1
        return self._serial

    def phone(self) -> str:
        """The next mobile number of this world; nobody's."""
        return codes.mobile(self.next(), self._offset)

    def mac(self) -> str:
        """The next MAC address of this world; nobody's."""
        return codes.mac(self.next(), self._offset)

    def account(
        self, holder: str, holder_id: str, kind: str, opened: date | None = None, operator: Person | None = None
    ) -> str:
        """A new account with its row in `accounts`; `kind` in the register's Chinese wording."""
        make = codes.card if kind == "储蓄" else codes.corporate_account
        number = make(self.next(), self._offset)
        self.holders[number] = holder
        self.tables.add(
            "accounts",
            acct=number,
            holder=holder,
            holder_id=holder_id,
            bank="云麓农商银行" if kind == "储蓄" else "云麓银行",
            kind=kind,
            opened=opened,
            operator=operator and operator.name,
            operator_id_no=operator and operator.id_no,
        )
        return number

    def person(
        self,
        rng: Random,
        region: str,
        ages: tuple[int, int],
        *,
        sex: str = "",
        surname: str = "",
        name: str = "",
        address: str = "",
    ) -> Person:
        """A new person aged `ages` at the end of 2023, with an account and a row in `persons`."""
        sex = sex or rng.choice("MF")
        while True:
            birth = date(2023 - rng.randint(*ages), 1, 1) + timedelta(days=rng.randrange(365))
            number = codes.id_no(region, birth, rng.randrange(500) * 2 + (sex == "M"))
            if number not in self._ids:
                break
        self._ids.add(number)
        name = name or names.person_name(rng, sex, surname or None)
        serial = self.next()
        one = Person(name, number, sex, birth, region, self.phone(), address or f"{region}区第{serial}号住宅")
        one.acct = self.account(name, number, "储蓄", date(2016, 1, 1) + timedelta(days=rng.randrange(1500)))
        self.tables.add(
            "persons",
            id_no=number,
            name=name,
            birth=birth,
            sex=sex,
            region=region,
            phone=one.phone,
            address=one.address,
        )
        return one

    def relative(self, rng: Random, of: Person, code: str, *, sex: str = "") -> Person:
        """A new relative of somebody, with the row in `kinship`; `code` is what the new person is to him."""
        age = 2023 - of.birth.year
        ages = {"PA": (age + 22, age + 30), "CH": (max(1, age - 30), max(2, age - 22))}.get(
            code, (max(20, age - 6), age + 4)
        )
        if code == "SP":
            sex = "F" if of.sex == "M" else "M"
        surname = of.name[0] if code in {"SB", "CH"} or (code == "PA" and sex == "M") else ""
        near = of.address if code in {"SP", "CH"} else ""
        other = self.person(rng, of.region, ages, sex=sex, surname=surname, address=near)
        zh = {"SP": "配偶", "SB": "兄弟姐妹", "CH": "子女", "PA": "父母"}[code]
        self.relate(of, other, zh, "婚姻登记" if code == "SP" else "户籍登记")
        self.kin.setdefault(of.id_no, []).append((code, other))
        return other

    def spouse(self, rng: Random, of: Person) -> Person:
        """The spouse of somebody, made if there is none yet."""
        return next((p for code, p in self.kin.get(of.id_no, ()) if code == "SP"), None) or self.relative(rng, of, "SP")

    def relate(self, a: Person, b: Person, zh: str, source: str, basis: str = "") -> None:
        """A row in `kinship`: b is a's `zh`."""
        self.tables.add(
            "kinship",
            id_no_a=a.id_no,
            name_a=a.name,
            id_no_b=b.id_no,
            name_b=b.name,
            code=zh,
            basis=basis,
            source=source,
        )

    def org(
        self,
        rng: Random,
        kind: str,
        region: str,
        name: str,
        *,
        boss: Person | None = None,
        founded: date | None = None,
        **cells: object,
    ) -> Org:
        """A new organization of a template type with an account and a row in `organizations`."""
        serial = self.next()
        prefix = {"hospital": "12", "government": "12", "village": "54"}.get(kind, "91")
        number = codes.uscc(prefix, region, codes.scatter(serial, 8, self._offset))
        opened = founded or date(2010, 1, 1) + timedelta(days=rng.randrange(3000))
        one = Org(name, number, kind, region, self.phone(), f"{region}区第{serial}号", "", boss)
        one.acct = self.account(name, number, "对公", opened)
        self.tables.add(
            "organizations",
            uscc=number,
            name=name,
            type=kind,
            legal_rep=boss and boss.name,
            legal_rep_id_no=boss and boss.id_no,
            reg_addr=one.address,
            phone=one.phone,
            region=region,
            founded=opened,
            status="active",
            **cells,
        )
        return one

    def firm(
        self,
        rng: Random,
        kinds: Sequence[str],
        region: str,
        owner: Person,
        *,
        share: str = "100",
        founded: date | None = None,
    ) -> Org:
        """A new company owned and led by `owner`, with a manager's worth of ordinary data."""
        name = names.brand(self._brands) + kinds[self._brands % len(kinds)]
        self._brands += 1
        one = self.org(
            rng,
            "company",
            region,
            name,
            boss=owner,
            founded=founded,
            capital=f"{rng.randint(2, 40) * 500_000}.00",
            insured_count=rng.randint(4, 60),
        )
        since = founded or FIRST_DAY.replace(year=2019)
        self.role(one, owner, "legal_rep", since=since)
        self.role(one, owner, "shareholder", share, since=since)
        return one

    def role(
        self,
        firm: Org,
        who: Person,
        kind: str,
        share: str = "",
        since: date = date(2019, 1, 1),
        until: date | None = None,
    ) -> None:
        """A row in `roles`."""
        firm.people.append((kind, who))
        self.tables.add(
            "roles",
            company=firm.name,
            holder=who.name,
            holder_id=who.id_no,
            kind=kind,
            share_pct=share,
            from_date=since,
            to_date=until,
            source="登记机关",
        )

    def pay(
        self,
        day: date,
        payer: str,
        payee: str,
        fen: int,
        purpose: str,
        channel: str = "online",
        contract_no: str | None = None,
    ) -> None:
        """A transfer between two accounts on a day, at an hour of business that follows from the running number."""
        number = len(self.transfers)
        ts = datetime(day.year, day.month, day.day, 9 + number % 8, number * 7 % 60, number * 13 % 60)
        self.transfers.append(Transfer(ts, payer, payee, fen, channel, purpose, contract_no))
