"""FollowTheMoney JSON Lines: one entity a line, `{"id", "schema", "properties": {name: [values]}}`.

Publishers: OpenSanctions, OpenAleph and their exports. References are entity ids and become names (or valid numbers) of the
entities in the same file. Entities of other schemata are counted and named in the message; known losses: FtM has no bids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from graphkit.errors import Text
from graphkit.intake.json_file import Document, canonical, lines, text_of
from graphkit.intake.loader import Loader, RawRow
from graphkit.intake.ocds.merge import mapping
from graphkit.intake.ocds.rows import Row, text
from graphkit.intake.ocds.tables import typed
from graphkit.intake.reading import OK, Accept, FileReading, SheetReading, ask_if_many
from graphkit.intake.templates import templates
from graphkit.intake.typed import reject
from graphkit.values.id_no import normalise_id_no
from graphkit.values.uscc import valid_uscc

ID, VERSION = "ftm", "1"
_UNITS: Mapping[str, str] = MappingProxyType(
    {"Company": "company", "PublicBody": "government", "Organization": "", "LegalEntity": ""}
)


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity; `first` and `all` read its properties as texts."""

    id: str
    schema: str
    properties: Mapping[str, Any]

    def all(self, *names: str) -> list[str]:
        """The values of some properties, in order."""
        found = (self.properties.get(name) for name in names)
        listed = (value if isinstance(value, list) else [value] for value in found)
        return [t for values in listed for t in map(text, values) if t]

    def first(self, *names: str) -> str:
        """The first value of the first property that has one; empty for none."""
        return next(iter(self.all(*names)), "")

    @property
    def number(self) -> str:
        """Its valid ID number or 统一社会信用代码; empty when it has none."""
        claimed = self.all("idNumber", "uscCode", "registrationNumber", "taxNumber")
        return next((c for c in claimed if normalise_id_no(c) or valid_uscc(c)), "")


class _File:
    """The entities of one file by id, and how each becomes template rows."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities

    def rows(self, entity: Entity) -> list[Row] | None:
        """The rows of an entity; None for a schema that has no template."""
        if entity.schema in _UNITS:
            return [Row("organizations", "", entity.id, self._organization(entity))]
        make = _SCHEMATA.get(entity.schema)
        return None if make is None else [Row(template, "", entity.id, cells) for template, cells in make(self, entity)]

    def _of(self, entity: Entity, name: str) -> Entity:
        key = entity.first(name)
        return self._entities.get(key) or Entity(key, "", {"name": [key]})

    def _organization(self, unit: Entity) -> dict[str, str]:
        names = unit.all("name", "alias", "previousName", "weakAlias")
        return {
            "uscc": next((c for c in unit.all("uscCode", "registrationNumber") if valid_uscc(c)), ""),
            "name": (names or [unit.id])[0],
            "aliases": ";".join(dict.fromkeys([*names[1:], unit.id])),
            "type": _UNITS[unit.schema],
            "reg_addr": unit.first("address"),
            "phone": unit.first("phone"),
            "email": unit.first("email"),
            "founded": unit.first("incorporationDate"),
            "closed": unit.first("dissolutionDate"),
            "country": unit.first("country", "jurisdiction").upper(),
            "industry": unit.first("sector"),
        }

    def person(self, person: Entity) -> Iterator[tuple[str, dict[str, str]]]:
        """A person with an ID number; others are known only by name in the rows that mention them."""
        if number := person.first("idNumber"):
            cells = {"id_no": number, "name": person.first("name") or person.id, "birth": person.first("birthDate")}
            cells |= {"sex": {"male": "M", "female": "F"}.get(person.first("gender"), "")}
            yield "persons", cells | {"death_date": person.first("deathDate"), "address": person.first("address")}

    def role(self, edge: Entity) -> Iterator[tuple[str, dict[str, str]]]:
        """Ownership, Directorship and Employment in a company."""
        owner = self._of(edge, {"Ownership": "owner", "Directorship": "director"}.get(edge.schema, "employee"))
        unit = self._of(edge, {"Ownership": "asset", "Directorship": "organization"}.get(edge.schema, "employer"))
        if unit.schema == "BankAccount":
            yield "accounts", self._account(unit, owner)
            return
        if edge.schema == "Employment" and unit.schema not in {"Company", ""}:
            cells = {
                "id_no": owner.first("idNumber"),
                "name": _name(owner),
                "org": _key(unit),
                "role_code": edge.first("role"),
            }
            yield "staff", cells | _span(edge)
            return
        vocabulary = templates()["roles"].column("kind").vocabulary
        found = vocabulary.find(edge.first("role")) if vocabulary and edge.first("role") else None
        kind = {"Ownership": "shareholder", "Directorship": "director"}.get(edge.schema, "employee")
        cells = {
            "company": _key(unit),
            "holder": _name(owner),
            "holder_id": owner.number,
            "kind": found[0] if found and edge.schema != "Ownership" else kind,
            "kind_text": edge.first("role") or kind,
            "share_pct": edge.first("percentage"),
        }
        yield "roles", cells | _span(edge)

    def kin(self, edge: Entity) -> Iterator[tuple[str, dict[str, str]]]:
        """Family, and Associate with the code AS."""
        a, b = self._of(edge, "person"), self._of(edge, "relative" if edge.schema == "Family" else "associate")
        relation = edge.first("relationship")
        cells = {"id_no_a": a.first("idNumber"), "name_a": _name(a), "id_no_b": b.first("idNumber"), "name_b": _name(b)}
        code = {"code": relation} if edge.schema == "Family" else {"code": "AS", "basis": relation}
        yield "kinship", cells | code | _span(edge)

    def _account(self, account: Entity, holder: Entity) -> dict[str, str]:
        number = account.first("accountNumber", "iban") or account.id
        return {"acct": number, "holder": _name(holder), "holder_id": holder.number, "bank": account.first("bankName")}

    def account(self, account: Entity) -> Iterator[tuple[str, dict[str, str]]]:
        """A BankAccount that names its holder (others get theirs from Ownership)."""
        if account.first("holder"):
            yield "accounts", self._account(account, self._of(account, "holder"))

    def payment(self, payment: Entity) -> Iterator[tuple[str, dict[str, str]]]:
        """A Payment between two accounts."""
        cells = {
            "tx": payment.first("transactionNumber") or payment.id,
            "ts": payment.first("date", "startDate"),
            "from_acct": self._number(payment, "payerAccount"),
            "from_name": _key(self._of(payment, "payer")),
            "to_acct": self._number(payment, "beneficiaryAccount"),
            "to_name": _key(self._of(payment, "beneficiary")),
            "amount": payment.first("amount"),
            "currency": payment.first("currency"),
            "purpose": payment.first("purpose"),
        }
        yield "transactions", cells

    def _number(self, payment: Entity, name: str) -> str:
        account = self._of(payment, name)
        return account.first("accountNumber", "iban") or account.id

    def contract(self, contract: Entity) -> Iterator[tuple[str, dict[str, str]]]:
        """A ContractAward with its Contract: one row each."""
        whole = self._of(contract, "contract")
        cells = {
            "contract_no": whole.first("contractNumber") or whole.id or contract.id,
            "buyer": _key(self._of(whole, "authority")),
            "supplier": _key(self._of(contract, "supplier")),
            "amount": contract.first("amount") or whole.first("amount"),
            "title": whole.first("title", "name"),
            "signed": whole.first("contractDate") or contract.first("date"),
        }
        yield "contracts", cells


def _name(entity: Entity) -> str:
    return entity.first("name") or entity.id


def _key(entity: Entity) -> str:
    return entity.number or _name(entity)


def _span(edge: Entity) -> dict[str, str]:
    return {"from_date": edge.first("startDate", "date"), "to_date": edge.first("endDate")}


Make = Callable[[_File, Entity], Iterator[tuple[str, dict[str, str]]]]
_SCHEMATA: Mapping[str, Make] = MappingProxyType(
    dict.fromkeys(("Ownership", "Directorship", "Employment"), _File.role)
    | dict.fromkeys(("Family", "Associate"), _File.kin)
    | {"Person": _File.person, "BankAccount": _File.account, "Payment": _File.payment, "ContractAward": _File.contract}
)


def match(path: Path, head: bytes) -> bool:
    """JSON Lines whose first line has a schema and properties."""
    first = head.lstrip(b"\xef\xbb\xbf \r\n\t").partition(b"\n")[0]
    known = path.suffix.casefold() in {".json", ".jsonl", ".ndjson", ".ftm"} and first.startswith(b"{")
    return known and b'"schema"' in first and b'"properties"' in first


def read(path: Path, name: str, accept: Accept) -> FileReading:
    """Read all entities; a line that is no entity, or lacks what its template requires, is quarantined alone."""
    data = path.read_bytes()
    content, encoding = text_of(data)
    base = FileReading(path, name, sha256(data).hexdigest(), len(data), ID, VERSION, encoding, "ok", OK, ())
    sheet, skipped = _sheet(list(lines(content)))
    if skipped:
        listed = ", ".join(f"{schema} {n}" for schema, n in sorted(skipped.items()))
        base = replace(
            base,
            message=Text(f"没有对应模板、未读入的实体：{listed}", f"entities without a template, not read: {listed}"),
        )
    return ask_if_many(replace(base, sheets=(sheet,)), accept)


def _entity(document: Document) -> Entity | None:
    value = mapping(document.value)
    if not (isinstance(value.get("id"), str) and isinstance(value.get("schema"), str)):
        return None
    return Entity(value["id"], value["schema"], mapping(value.get("properties")))


def _sheet(documents: list[Document]) -> tuple[SheetReading, Counter[str]]:
    entities = {d.line: _entity(d) for d in documents if d.reason is None}
    file = _File({entity.id: entity for entity in entities.values() if entity is not None})
    rejects, found, skipped = [], [], Counter[str]()
    for document in documents:
        entity = entities.get(document.line)
        if entity is None:
            rejects.append(reject(document.line, document.reason or "shape", document.raw))
            continue
        rows = file.rows(entity)
        if rows is None:
            skipped[entity.schema] += 1
        for row in rows or ():
            missing = next((c for c in templates()[row.template].required if not row.cells.get(c)), None)
            if missing:
                rejects.append(reject(document.line, "required", document.raw, missing))
            else:
                found.append((row, document.line, document.row_sha256))
    return SheetReading(None, len(documents), typed(found), tuple(rejects)), skipped


def row(path: Path, sheet: str | None, number: int) -> RawRow:
    """The entity on a line: its fields, and its canonical JSON. LookupError if none."""
    content, _ = text_of(path.read_bytes())
    for document in lines(content):
        if document.line == number:
            cells = {k: v if isinstance(v, str) else canonical(v).decode() for k, v in mapping(document.value).items()}
            return RawRow(cells or {"raw": document.raw}, document.data)
    raise LookupError(number)


LOADER = Loader(ID, VERSION, Text("FollowTheMoney 实体", "FollowTheMoney entities"), match, read, row)
