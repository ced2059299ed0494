"""Every distinct text that may name somebody, judged once: its normal form, and the number it holds, if any.

Works on distinct values, so that a million statements by the same thousand accounts cost a thousand judgements.
"""

from __future__ import annotations

import pyarrow as pa
from duckdb import DuckDBPyConnection as Connection

from graphkit.identity.keys import keyed
from graphkit.identity.references import ACCOUNTS, REFERENCES, Reference
from graphkit.values.account import normalise_account
from graphkit.values.id_no import birth, compact, normalise_id_no
from graphkit.values.names import looks_like_org, norm_name
from graphkit.values.uscc import compact as compact_uscc
from graphkit.values.uscc import valid_uscc


def quoted(column: str) -> str:
    """A column name as SQL; names come from templates.csv, never from data."""
    return f'"{column}"'


def _text_columns(reference: Reference) -> list[str]:
    return [c for c in (reference.column, reference.number) if c is not None]


def _distinct(con: Connection, selects: list[str]) -> list[str]:
    if not selects:
        return []
    rows = con.execute(f"SELECT DISTINCT raw FROM ({' UNION ALL '.join(selects)}) WHERE raw IS NOT NULL").fetchall()  # noqa: S608
    return sorted(row[0] for row in rows)


def judge_texts(con: Connection, key: bytes, templates: list[str]) -> None:
    """Make `id_text(raw, norm, uscc, person_id, claim, orglike)` and `id_acct(raw, id, last4)` for the given templates.

    `norm` is the name for matching; `person_id` stands when the text is a valid ID number, `uscc` when it is a valid
    统一社会信用代码 (rarely both: the column's kind decides, CONTRACT 3); `claim` hashes the text, to keep two unprovable
    claims apart. What has the form of an ID number stands as a hash in `norm`: no number is ever part of an id.
    """
    selects = [
        f"SELECT {quoted(column)} AS raw FROM rec_{template}"  # noqa: S608
        for template in templates
        for reference in REFERENCES.get(template, ())
        for column in _text_columns(reference)
    ]
    if "organizations" in templates:
        selects.append("SELECT unnest(string_split_regex(aliases, '[;；]')) AS raw FROM rec_organizations")
    texts = _distinct(con, selects)
    claimed = _distinct(
        con,
        [
            f"SELECT {quoted(r.number)} AS raw FROM rec_{t}"  # noqa: S608
            for t in templates
            for r in REFERENCES.get(t, ())
            if r.number
        ],
    )
    id_nos = [normalise_id_no(text) for text in texts]
    codes = [_uscc(text) for text in texts]
    persons = iter(keyed(key, "id_no", [value for value in id_nos if value]))
    table = pa.table(
        {
            "raw": pa.array(texts, pa.string()),
            "norm": pa.array(_norms(key, texts, id_nos, codes), pa.string()),
            "uscc": pa.array(codes, pa.string()),
            "person_id": pa.array([f"person:{next(persons)}" if number else None for number in id_nos], pa.string()),
            "claim": pa.array(_claims(key, texts, claimed), pa.string()),
            "orglike": pa.array([looks_like_org(text) for text in texts], pa.bool_()),
        }
    )
    con.register("id_text_arrow", table)
    con.execute("CREATE OR REPLACE TEMP TABLE id_text AS SELECT * FROM id_text_arrow")
    con.unregister("id_text_arrow")
    _judge_accounts(con, key, templates)


def _claims(key: bytes, texts: list[str], claimed: list[str]) -> list[str | None]:
    """A short hash of each text that stands in a column of numbers."""
    hashes = dict(zip(claimed, keyed(key, "claim", claimed), strict=True))
    return [found[:12] if (found := hashes.get(text)) else None for text in texts]


def _norms(key: bytes, texts: list[str], id_nos: list[str | None], codes: list[str | None]) -> list[str | None]:
    hidden = [
        text
        for text, number, code in zip(texts, id_nos, codes, strict=True)
        if code is None and (number or birth(compact(text)))
    ]
    hashes = dict(zip(hidden, keyed(key, "claim", hidden), strict=True))
    return [f"#{hashes[text][:12]}" if text in hashes else norm_name(text) or None for text in texts]


def _uscc(text: str) -> str | None:
    code = compact_uscc(text)
    return code if valid_uscc(code) else None


def _judge_accounts(con: Connection, key: bytes, templates: list[str]) -> None:
    selects = [f"SELECT {quoted(c)} AS raw FROM rec_{t}" for t in templates for c in ACCOUNTS.get(t, ())]  # noqa: S608
    if "whitelists" in templates:
        selects.append("SELECT value AS raw FROM rec_whitelists WHERE kind = 'account'")
    texts = _distinct(con, selects)
    values = [normalise_account(text) for text in texts]
    hashes = iter(keyed(key, "acct", [value for value in values if value and value != "CASH"]))
    ids = [f"acct:{next(hashes)}" if value and value != "CASH" else None for value in values]
    con.register(
        "id_acct_arrow",
        pa.table(
            {
                "raw": pa.array(texts, pa.string()),
                "id": pa.array(ids, pa.string()),
                "last4": pa.array([value[-4:] if value else None for value in values], pa.string()),
            }
        ),
    )
    con.execute("CREATE OR REPLACE TEMP TABLE id_acct AS SELECT * FROM id_acct_arrow")
    con.unregister("id_acct_arrow")
