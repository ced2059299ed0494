"""What the files say about each person and each unit, field by field: the cards that candidates are compared by.

Cards are read from the resolved rows of the templates that describe somebody; statements and usage lines, which only
mention people, are left out (their people stand in the facts by name).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
from duckdb import DuckDBPyConnection as Connection

from graphkit.identity.confusable import digits
from graphkit.identity.references import REFERENCES, Reference
from graphkit.identity.resolve import resolve
from graphkit.identity.texts import quoted
from graphkit.values.id_no import birth, compact, normalise_id_no, sex
from graphkit.values.names import norm_name
from graphkit.values.phone import normalise_phone
from graphkit.values.uscc import compact as compact_uscc
from graphkit.values.uscc import valid_uscc

FIELDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("persons", "name"): {"birth": "t.birth", "sex": "t.sex", "phone": "t.phone", "address": "t.address"},
    ("staff", "name"): {"unit": "t.org_ref"},
    ("departments", "head"): {"unit": "t.org_ref"},
    ("roles", "holder"): {"unit": "t.company_ref"},
    ("roles", "company"): {"rep": "CASE WHEN t.kind = 'legal_rep' THEN t.holder END"},
    ("employment", "name"): {"unit": "t.employer_ref"},
    ("kinship", "name_a"): {"kin": "t.name_b_ref"},
    ("kinship", "name_b"): {"kin": "t.name_a_ref"},
    ("contacts", "subject"): {
        "unit": "t.scope_ref",
        **{kind: f"CASE WHEN t.kind = '{kind}' THEN t.value END" for kind in ("phone", "address", "email", "wechat")},
    },
    ("accounts", "holder"): {"account": "t.acct_ref"},
    ("bids", "bidder"): {"phone": "t.contact_phone"},
    ("bids", "contact"): {"unit": "t.bidder_ref", "phone": "t.contact_phone"},
    ("bids", "pm"): {"unit": "t.bidder_ref"},
    ("evaluators", "person"): {"unit": "t.org_ref"},
    ("approvals", "person"): {"unit": "t.org_ref"},
    ("beneficiaries", "name"): {"phone": "t.phone"},
    ("organizations", "name"): {
        "alias": "unnest(string_split_regex(t.aliases, '[;；]'))", "rep": "t.legal_rep", "address": "t.reg_addr", "phone": "t.phone",
        "email": "t.email", "founded": "t.founded",
    },
    ("organizations", "legal_rep"): {"unit": "t.name_ref"},
}  # fmt: skip
"""(template, column that names somebody) → field → SQL over a resolved row `t`."""

HUB_CAP = 20
"""A contact of more subjects is a switchboard, a registration agent, a park (CATALOGUE 1.4)."""

_NEEDED = ("tenders", "contracts", "departments")
"""Templates without numbers that decide how others resolve, or that name somebody inside a unit."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field: as it stands (`text`), in the form that is compared (`key`), and rows that state it.

    `telling` is false for a contact of more than `HUB_CAP` subjects: it is shown, and compared with nothing.
    """

    text: str
    key: str
    rows: tuple[int, ...]
    telling: bool = True


@dataclass(slots=True)
class Card:
    """Everything the files say about one id."""

    id: str
    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Field → key → value."""

    def keys(self, name: str) -> set[str]:
        """The compared forms of a field; empty where the files are silent."""
        return {key for key, value in self.values.get(name, {}).items() if value.telling}

    def rows(self) -> list[int]:
        """References of the rows that the card was read from, each once."""
        return sorted({row for values in self.values.values() for value in values.values() for row in value.rows})


def described(templates: Iterable[str]) -> list[str]:
    """Those of some templates that cards are read from."""
    return sorted(t for t in templates if t in _NEEDED or any(r.number for r in REFERENCES.get(t, ())))


def make_cards(con: Connection, key: bytes, templates: Iterable[str], *, judged: bool = True) -> None:
    """`card(id, field, text, key, rows, telling)`: one line per id, field and compared form; `rows` are at most three `_src`.

    `con` holds the views of the records; ids are those of the graph, with `judged` false those before any judgement.
    """
    chosen = described(templates)
    resolve(con, key, chosen, judged=judged)
    held: dict[str, set[str]] = {t: set() for t in chosen}
    for template, name in con.execute("SELECT template, name FROM rec_columns").fetchall():
        held.setdefault(template, set()).add(name)
    selects = [
        "SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS field, NULL::VARCHAR AS text, NULL::BIGINT AS src WHERE false"
    ]
    for template in chosen:
        for r in REFERENCES.get(template, ()):
            if not held[template].isdisjoint({r.column, r.number}):
                selects += [
                    f"SELECT t.{quoted(r.column + '_ref')}, '{name}', ({sql})::VARCHAR, t._src FROM res_{template} t"  # noqa: S608
                    for name, sql in _stated(template, r).items()
                ]
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE card_text AS SELECT id, field, trim(text) AS text, min(src) AS src
            FROM ({" UNION ALL ".join(selects)}) WHERE id IS NOT NULL AND trim(text) <> '' GROUP BY id, field, trim(text)"""  # noqa: S608
    )
    _add_keys(con)


def _stated(template: str, r: Reference) -> dict[str, str]:
    found = {"name": f"t.{quoted(r.column)}", **FIELDS.get((template, r.column), {})}
    return {**found, "number": f"t.{quoted(r.number)}"} if r.number else found


def _add_keys(con: Connection) -> None:
    """`card` from `card_text`: each distinct text is brought into its compared form once."""
    pairs = con.execute(
        "SELECT DISTINCT split_part(id, ':', 1) AS kind, field, text FROM card_text ORDER BY ALL"
    ).fetchall()
    rows = [(kind, name, text, *made) for kind, name, text in pairs for made in keys_of(kind, name, text)]
    names = ("kind", "field", "text", "into", "key", "shown")
    table = pa.table({n: pa.array([row[i] for row in rows], pa.string()) for i, n in enumerate(names)})
    con.register("card_key_arrow", table)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE card AS
           SELECT t.id, k.into AS field, k.key, min(k.shown) AS text, list_sort(list_distinct(list(t.src)))[:3] AS rows,
                  k.into NOT IN ('phone', 'address', 'email', 'wechat') OR count(*) OVER (PARTITION BY k.into, k.key) <= ? AS telling
           FROM card_text t JOIN card_key_arrow k ON k.kind = split_part(t.id, ':', 1) AND k.field = t.field AND k.text = t.text
           GROUP BY t.id, k.into, k.key""",
        [HUB_CAP],
    )
    con.unregister("card_key_arrow")


def keys_of(kind: str, name: str, text: str) -> list[tuple[str, str, str]]:
    """(field, compared form, text to show) of a stated value; an ID number also states the date of birth and the sex."""
    if name in ("name", "alias", "rep"):
        is_number = birth(compact(text)) or valid_uscc(compact_uscc(text)) or normalise_id_no(text)
        return [] if is_number or not norm_name(text) else [(name, norm_name(text), text)]
    if name == "number":
        return _number(kind, text)
    if name == "phone":
        return [(name, normalise_phone(text) or norm_name(text), text)]
    return [(name, norm_name(text) if name in ("address", "email", "wechat") else text, text)]


def _number(kind: str, text: str) -> list[tuple[str, str, str]]:
    if kind == "org":
        code = compact_uscc(text)
        return [("number", code, code)] if code else []
    valid = normalise_id_no(text)
    if valid is None:
        return [("number", compact(text), compact(text))]
    stated = {"number": valid, "birth": str(birth(valid)), "sex": sex(valid) or ""}
    return [(name, value, value) for name, value in stated.items()]


def body(number: str) -> str | None:
    """The 17 digits of an ID number without its check digit, misread letters mended; None for another form.

    Of 15 digits, 19 is put before the year: the old and the new number of one person have one body.
    """
    plain = digits(number)
    if len(plain) == 15:
        plain = plain[:6] + "19" + plain[6:] + "0"
    return plain[:17] if len(plain) == 18 and plain[:17].isdigit() else None


def read_cards(con: Connection, ids: Iterable[str]) -> dict[str, Card]:
    """The cards of some ids; an id that no template describes has an empty one."""
    cards = {i: Card(i) for i in ids}
    rows = con.execute(
        "SELECT id, field, key, text, rows, telling FROM card WHERE id IN (SELECT unnest(?::VARCHAR[]))",
        [list(cards)],
    ).fetchall()
    for identifier, name, key, text, srcs, telling in rows:
        cards[identifier].values.setdefault(name, {})[key] = Value(text, key, tuple(srcs), telling)
    return cards
