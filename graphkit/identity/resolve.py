"""Who is who: the evidence ladder of CONTRACT 3, deterministic, over all live rows at once.

Rows stay as they were read; this room adds `<column>_ref` (the id) and `<column>_grade` beside each reference and gives tables
`res_<template>`. A person is never merged on a name: a name links inside a declared scope where it is unique, else it
makes a person of its own and a `SIMILAR` candidate.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection as Connection

from graphkit.identity.judged import apply
from graphkit.identity.references import ACCOUNTS, REFERENCES, Reference
from graphkit.identity.texts import judge_texts, quoted
from graphkit.records.columns import sql_types

_NO_SCOPE = "substr(t._key, 1, 12)"
_OWN = ("_src", "_key", "_notes", "_extra")


def resolve(con: Connection, key: bytes, templates: list[str], *, judged: bool = True) -> None:
    """Make `res_<template>` for every template that has live rows.

    `con` holds the views `rec_<template>` of `graphkit.records`; `key` is the workspace's secret. Tables made on the
    way: `id_text`, `id_acct`, `id_orgname(norm, id, n)` and `id_roster(scope_id, norm, id, n)`. People's judgements
    (`rec_judged`) come last; with `judged` false everybody stays as the ladder alone has it.
    """
    judge_texts(con, key, templates)
    _register_org_names(con, templates)
    held: dict[str, set[str]] = {}
    for template, name in con.execute("SELECT template, name FROM rec_columns").fetchall():
        held.setdefault(template, set()).add(name)
    for template in templates:
        _resolve_orgs(con, template, held[template])
    _register_people(con, templates)
    for template in templates:
        _resolve_people(con, template, held[template])
    if judged:
        apply(con, {template: held[template] for template in templates})


def _references(template: str, *kinds: str) -> list[Reference]:
    return [r for r in REFERENCES.get(template, ()) if r.kind in kinds]


def _register_org_names(con: Connection, templates: list[str]) -> None:
    """`id_orgname`: which organizations carry a name; files that register organizations come before chance mentions."""
    claims = ["SELECT NULL::VARCHAR AS norm, NULL::VARCHAR AS id, 9 AS level WHERE false"]
    by_project = ["SELECT NULL::VARCHAR AS project_no, NULL::VARCHAR AS norm, NULL::VARCHAR AS id WHERE false"]
    if "organizations" in templates:
        names = "unnest(list_prepend(t.name, string_split_regex(coalesce(t.aliases, ''), '[;；]')))"
        claims.append(
            f"""SELECT x.norm, 'org:' || n.uscc, 0 FROM (SELECT {names} AS raw, t.uscc FROM rec_organizations t) s
                JOIN id_text x ON x.raw = s.raw JOIN id_text n ON n.raw = s.uscc WHERE n.uscc IS NOT NULL"""  # noqa: S608
        )
    for template in templates:
        for r in _references(template, "org", "party"):
            if r.number and template != "organizations":
                pair = f"""FROM rec_{template} t JOIN id_text x ON x.raw = t.{quoted(r.column)}
                           JOIN id_text n ON n.raw = t.{quoted(r.number)} WHERE n.uscc IS NOT NULL"""
                if r.kind == "party":  # there an ID number wins, and a person's name is never a unit's (CONTRACT 3)
                    pair += " AND n.person_id IS NULL AND x.orglike"
                claims.append(f"SELECT x.norm, 'org:' || n.uscc, 2 {pair}")
                if r.project:
                    by_project.append(f"SELECT t.project_no, x.norm, 'org:' || n.uscc {pair}")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE id_orgclaim AS SELECT DISTINCT norm, id, level
            FROM ({" UNION ALL ".join(claims)}) WHERE norm IS NOT NULL"""  # noqa: S608
    )
    if "organizations" in templates:
        # A register row without a valid code is the coded organization of that name when there is exactly one.
        con.execute(
            """INSERT INTO id_orgclaim
               SELECT DISTINCT x.norm, coalesce(k.id, 'org:name:' || self.norm), 0
               FROM (SELECT t.name, t.uscc, unnest(list_prepend(t.name, string_split_regex(coalesce(t.aliases, ''), '[;；]'))) AS raw
                     FROM rec_organizations t) s
               JOIN id_text self ON self.raw = s.name JOIN id_text x ON x.raw = s.raw
               LEFT JOIN id_text n ON n.raw = s.uscc
               LEFT JOIN (SELECT norm, min(id) AS id FROM id_orgclaim WHERE level = 0 GROUP BY norm
                          HAVING count(DISTINCT id) = 1) k ON k.norm = self.norm
               WHERE n.uscc IS NULL AND x.norm IS NOT NULL"""
        )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE id_orgname AS
           SELECT norm, min(id) AS id, count(DISTINCT id) AS n FROM id_orgclaim c
           WHERE level = (SELECT min(level) FROM id_orgclaim d WHERE d.norm = c.norm) GROUP BY norm"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE id_projectname AS SELECT project_no, norm, min(id) AS id
            FROM ({" UNION ALL ".join(by_project)}) WHERE norm IS NOT NULL GROUP BY ALL HAVING count(DISTINCT id) = 1"""  # noqa: S608
    )


def _nobody(reference: Reference) -> list[str]:
    """What a reference comes to when no file has its columns."""
    return [f"NULL::VARCHAR AS {quoted(reference.column + suffix)}" for suffix in ("_ref", "_grade")]


def _resolve_orgs(con: Connection, template: str, held: set[str]) -> None:
    columns, joins = ["t.*"], []
    for i, r in enumerate(_references(template, "org")):
        if held.isdisjoint({r.column, r.number}):
            columns += _nobody(r)
            continue
        column = quoted(r.column)
        joins.append(
            f"LEFT JOIN id_text x{i} ON x{i}.raw = t.{column} LEFT JOIN id_orgname m{i} ON m{i}.norm = x{i}.norm"
        )
        number = "NULL"
        if r.number in held:
            joins.append(f"LEFT JOIN id_text n{i} ON n{i}.raw = t.{quoted(r.number)}")
            number = f"n{i}.uscc"
        project = "NULL"
        if r.project:
            joins.append(f"LEFT JOIN id_projectname p{i} ON p{i}.project_no = t.project_no AND p{i}.norm = x{i}.norm")
            project = f"p{i}.id"
        # Written identically in the files of one project is unique inside that project (CONTRACT 3).
        unknown = f"CASE WHEN m{i}.n > 1 THEN 'name_only' ELSE 'unique_name' END" if r.registers else "'name_only'"
        if r.project:
            unknown = f"CASE WHEN m{i}.norm IS NULL AND t.project_no IS NOT NULL THEN 'unique_name' ELSE {unknown} END"
        columns += [
            f"""CASE WHEN {number} IS NOT NULL THEN 'org:' || {number} WHEN x{i}.uscc IS NOT NULL THEN 'org:' || x{i}.uscc
                     WHEN {project} IS NOT NULL THEN {project} WHEN m{i}.n = 1 THEN m{i}.id
                     WHEN x{i}.norm IS NOT NULL THEN 'org:name:' || x{i}.norm END AS {quoted(r.column + "_ref")}""",
            f"""CASE WHEN coalesce({number}, x{i}.uscc) IS NOT NULL THEN 'identifier'
                     WHEN {project} IS NOT NULL OR m{i}.n = 1 THEN 'unique_name'
                     WHEN x{i}.norm IS NOT NULL THEN {unknown} END AS {quoted(r.column + "_grade")}""",
        ]
    for i, column in enumerate(ACCOUNTS.get(template, ())):
        if column not in held:
            columns += [f"NULL::VARCHAR AS {quoted(column + suffix)}" for suffix in ("_ref", "_last4")]
            continue
        joins.append(f"LEFT JOIN id_acct a{i} ON a{i}.raw = t.{quoted(column)}")
        columns += [f"a{i}.id AS {quoted(column + '_ref')}", f"a{i}.last4 AS {quoted(column + '_last4')}"]
    # A view: what only passes through here is computed once, together with the people.
    con.execute(
        f"""CREATE OR REPLACE TEMP VIEW org_{template} AS SELECT {", ".join(columns)}
            FROM rec_{template} t {" ".join(joins)}"""  # noqa: S608
    )


def _scope(template: str, reference: Reference) -> str:
    """SQL of the id inside which a name is unique; NULL where nothing bounds it."""
    if reference.scope is None:
        return "NULL::VARCHAR"
    if reference.scope == "=project":
        return "'project:' || t.project_no"
    if reference.scope.startswith("="):
        return f"t.{quoted(reference.scope[1:] + '_ref')}"
    scope = f"t.{quoted(reference.scope + '_ref')}"
    if template == "approvals":  # an empty unit is the buyer (templates.csv)
        return f"coalesce({scope}, buyer.id)"
    if template == "evaluators":
        return f"coalesce({scope}, 'project:' || t.project_no)"
    return scope


def _register_people(con: Connection, templates: list[str]) -> None:
    """`id_roster`: who carries a name inside a scope, and `id_staffno`: who has a staff number inside a unit."""
    known = ["SELECT NULL::VARCHAR AS scope_id, NULL::VARCHAR AS norm, NULL::VARCHAR AS id WHERE false"]
    named = list(known)
    con.execute("CREATE OR REPLACE TEMP TABLE id_staffno (scope_id VARCHAR, staff_no VARCHAR, id VARCHAR)")
    if "staff" in templates:
        con.execute(
            """INSERT INTO id_staffno
               SELECT t.org_ref, trim(t.staff_no),
                      coalesce(min(n.person_id), 'person:name:' || any_value(regexp_replace(t.org_ref, '^org:(name:)?', ''))
                               || ':' || min(x.norm) || '#' || trim(t.staff_no))
               FROM org_staff t JOIN id_text x ON x.raw = t.name LEFT JOIN id_text n ON n.raw = t.id_no
               WHERE t.staff_no IS NOT NULL AND t.org_ref IS NOT NULL
               GROUP BY t.org_ref, trim(t.staff_no) HAVING count(DISTINCT n.person_id) <= 1"""
        )
    for template in templates:
        for r in _references(template, "person", "party"):
            if not r.registers or r.number is None:
                continue
            staff = (
                "LEFT JOIN id_staffno f ON f.scope_id = t.org_ref AND f.staff_no = trim(t.staff_no)"
                if r.staff_no
                else ""
            )
            person = "coalesce(n.person_id, f.id)" if r.staff_no else "n.person_id"
            base = f"""FROM org_{template} t JOIN id_text x ON x.raw = t.{quoted(r.column)}
                       LEFT JOIN id_text n ON n.raw = t.{quoted(r.number)} {staff}"""
            scope = _scope(template, r)
            known_org = " AND x.norm NOT IN (SELECT norm FROM id_orgclaim WHERE level = 0)" if r.kind == "party" else ""
            known.append(f"SELECT {scope}, x.norm, {person} {base} WHERE {person} IS NOT NULL")
            if template in ("staff", "roles", "organizations"):
                named.append(
                    f"""SELECT {scope}, x.norm, 'person:name:' || regexp_replace({scope}, '^org:(name:)?', '') || ':' || x.norm
                        {base} WHERE {person} IS NULL AND NOT x.orglike AND coalesce(n.uscc, x.uscc) IS NULL{known_org}"""
                )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE id_roster AS
            WITH known AS (SELECT DISTINCT * FROM ({" UNION ALL ".join(known)}) WHERE scope_id IS NOT NULL AND norm IS NOT NULL),
                 named AS (SELECT DISTINCT * FROM ({" UNION ALL ".join(named)}) WHERE scope_id IS NOT NULL AND norm IS NOT NULL)
            SELECT scope_id, norm, min(id) AS id, count(DISTINCT id) AS n FROM known GROUP BY ALL
            UNION ALL
            SELECT scope_id, norm, min(id), 1 FROM named n WHERE NOT EXISTS
              (SELECT 1 FROM known k WHERE k.scope_id = n.scope_id AND k.norm = n.norm) GROUP BY ALL"""  # noqa: S608
    )


def _resolve_people(con: Connection, template: str, held: set[str]) -> None:
    """`res_<template>`: a table of what the files hold, and the rest as nulls that cost nothing."""
    stated = [column for column in (*sql_types(template), *_OWN) if column in held or column in ("_src", "_key")]
    absent = [f"NULL::{sql} AS {quoted(column)}" for column, sql in sql_types(template).items() if column not in held]
    absent += [f"NULL::VARCHAR AS {column}" for column in ("_notes", "_extra") if column not in held]
    columns, joins = [f"t.{quoted(column)}" for column in stated], []
    for r in _references(template, "org"):
        known = not held.isdisjoint({r.column, r.number})
        columns += [f"t.{quoted(r.column + suffix)}" for suffix in ("_ref", "_grade")] if known else []
        absent += [] if known else _nobody(r)
    for column in ACCOUNTS.get(template, ()):
        refs = [quoted(column + suffix) for suffix in ("_ref", "_last4")]
        columns += [f"t.{ref}" for ref in refs] if column in held else []
        absent += [] if column in held else [f"NULL::VARCHAR AS {ref}" for ref in refs]
    if template == "approvals":
        joins.append(
            _BUYER_OF_APPROVAL if _has_dealings(con) else "LEFT JOIN (SELECT NULL::VARCHAR AS id) buyer ON false"
        )
    for i, r in enumerate(_references(template, "person", "party")):
        if held.isdisjoint({r.column, r.number}):
            absent += _nobody(r)
            continue
        scope = _scope(template, r)
        joins.append(f"LEFT JOIN id_text x{i} ON x{i}.raw = t.{quoted(r.column)}")
        joins.append(f"LEFT JOIN id_roster r{i} ON r{i}.scope_id = {scope} AND r{i}.norm = x{i}.norm")
        number, number_org, claim = "NULL::VARCHAR", "NULL::VARCHAR", "NULL::VARCHAR"
        if r.number in held:
            joins.append(f"LEFT JOIN id_text n{i} ON n{i}.raw = t.{quoted(r.number)}")
            number, number_org, claim = f"n{i}.person_id", f"n{i}.uscc", f"n{i}.claim"
        staff = "NULL::VARCHAR"
        if r.staff_no:
            no = quoted(r.column if r.staff_no == "=self" else r.staff_no)
            joins.append(f"LEFT JOIN id_staffno f{i} ON f{i}.scope_id = {scope} AND f{i}.staff_no = trim(t.{no})")
            staff = f"f{i}.id"
        tail = f"coalesce(regexp_replace({scope}, '^org:(name:)?|^project:', ''), {claim}, {_NO_SCOPE})"
        own = f"'person:name:' || {tail} || ':' || x{i}.norm"
        person = f"coalesce({number}, x{i}.person_id)"
        names_it = "'scoped_name'" if r.registers and template in ("staff", "roles", "organizations") else "'name_only'"
        org_id, org_grade = "NULL::VARCHAR", "NULL::VARCHAR"
        if r.kind == "party":
            joins.append(f"LEFT JOIN id_orgname m{i} ON m{i}.norm = x{i}.norm")
            is_org = f"(r{i}.n IS NULL AND (m{i}.n >= 1 OR x{i}.orglike))"
            org_id = f"""CASE WHEN coalesce({number_org}, x{i}.uscc) IS NOT NULL THEN 'org:' || coalesce({number_org}, x{i}.uscc)
                              WHEN {is_org} AND m{i}.n = 1 THEN m{i}.id WHEN {is_org} THEN 'org:name:' || x{i}.norm END"""
            org_grade = f"""CASE WHEN coalesce({number_org}, x{i}.uscc) IS NOT NULL THEN 'identifier'
                                 WHEN {is_org} AND m{i}.n = 1 THEN 'unique_name' WHEN {is_org} THEN 'name_only' END"""
        columns += [
            f"""CASE WHEN {person} IS NOT NULL THEN {person} WHEN ({org_id}) IS NOT NULL THEN {org_id}
                     WHEN {staff} IS NOT NULL THEN {staff} WHEN r{i}.n = 1 THEN r{i}.id
                     WHEN x{i}.norm IS NOT NULL THEN {own} WHEN {claim} IS NOT NULL THEN 'person:name:' || {claim} || ':?'
                END AS {quoted(r.column + "_ref")}""",
            f"""CASE WHEN {person} IS NOT NULL THEN 'identifier' WHEN ({org_grade}) IS NOT NULL THEN {org_grade}
                     WHEN {staff} IS NOT NULL THEN 'identifier' WHEN r{i}.n = 1 THEN 'scoped_name'
                     WHEN x{i}.norm IS NOT NULL THEN CASE WHEN r{i}.n > 1 THEN 'name_only' ELSE {names_it} END
                     WHEN {claim} IS NOT NULL THEN 'name_only'
                END AS {quoted(r.column + "_grade")}""",
        ]
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE held_{template} AS SELECT {", ".join(columns)} FROM org_{template} t {" ".join(joins)};
            CREATE OR REPLACE TEMP VIEW res_{template} AS SELECT {", ".join(["*", *absent])} FROM held_{template}"""  # noqa: S608
    )


_BUYER_OF_APPROVAL = """
LEFT JOIN (SELECT a.project_no, a.contract_no, CASE WHEN deal.n IS NULL OR deal.n = 0 THEN project.id WHEN deal.n = 1 THEN deal.id END AS id
           FROM (SELECT DISTINCT project_no, contract_no FROM rec_approvals) a
           LEFT JOIN (SELECT contract_no, min(id) AS id, count(DISTINCT id) AS n FROM id_buyer GROUP BY ALL) deal ON deal.contract_no = a.contract_no
           LEFT JOIN (SELECT project_no, min(id) AS id FROM id_buyer GROUP BY ALL HAVING count(DISTINCT id) = 1) project
             ON project.project_no = a.project_no) buyer
  ON buyer.project_no IS NOT DISTINCT FROM t.project_no AND buyer.contract_no IS NOT DISTINCT FROM t.contract_no"""
"""The buyer of the contract; of the project where no file describes the contract. Two buyers of one number are none."""


def _has_dealings(con: Connection) -> bool:
    known = {row[0] for row in con.execute("SELECT view_name FROM duckdb_views()").fetchall()}
    parts = []
    if "org_tenders" in known:
        parts.append("SELECT project_no, NULL::VARCHAR AS contract_no, buyer_ref AS id FROM org_tenders")
    if "org_contracts" in known:
        parts.append("SELECT NULL::VARCHAR AS project_no, contract_no, buyer_ref AS id FROM org_contracts")
    if parts:
        con.execute(f"CREATE OR REPLACE TEMP TABLE id_buyer AS {' UNION ALL '.join(parts)}")
    return bool(parts)
