"""Views of people and units: posts, kin, associates, roles in companies, control, contacts."""

from __future__ import annotations

from collections.abc import Mapping

from graphkit.facts.kin_conflicts import KIN_CONFLICTS, KIN_DOUBTS
from graphkit.facts.kin_table import INVERSE

_VALID = "(e.from_date IS NULL OR e.from_date <= as_of())"
_INVERSE = "CASE e.code " + " ".join(f"WHEN '{a}' THEN '{b}'" for a, b in INVERSE.items()) + " END"
_KIN = "e.degree, e.from_date, e.to_date, e.confidence, e.derived, e.grade, e.id AS eid"


def _link(table: str, kind: str, where: str = "true") -> str:
    share = "e.share_pct" if table == "e_OWNS" else "NULL::DOUBLE"
    return f"""SELECT e.from_id AS holder_id, coalesce(p.name, o.name) AS holder_name,
                      CASE WHEN e.from_id LIKE 'person:%' THEN 'Person' ELSE 'Organization' END AS holder_label,
                      e.to_id AS company_id, c.name AS company_name, {kind} AS kind, {share} AS share_pct, e.from_date, e.to_date, e.grade,
                      e.id AS eid
               FROM {table} e LEFT JOIN n_Person p ON p.id = e.from_id LEFT JOIN n_Organization o ON o.id = e.from_id
               JOIN n_Organization c ON c.id = e.to_id WHERE {_VALID} AND {where}"""  # noqa: S608


PEOPLE_VIEWS: Mapping[str, str] = {
    "orgs": """SELECT id, name, uscc, kind, level, region, founded, status, capital_fen, paid_capital_fen, insured_count, grade
               FROM n_Organization""",
    "people": "SELECT id, name, birth, sex, region, death_date, grade FROM n_Person",
    "posts": f"""SELECT e.from_id AS person_id, p.name AS person_name, e.to_id AS org_id, o.name AS org_name, e.dept, e.role_code,
                        e.power::DOUBLE AS power, e.head, e.from_date, e.to_date, e.grade, e.id AS eid
                 FROM e_EMPLOYED_BY e JOIN n_Person p ON p.id = e.from_id JOIN n_Organization o ON o.id = e.to_id
                 WHERE e.kind = 'staff' AND {_VALID}""",  # noqa: S608
    "kin": f"""SELECT e.from_id AS a_id, e.to_id AS b_id, e.code, {_KIN} FROM e_KIN_OF e WHERE {_VALID}
               UNION ALL SELECT e.to_id, e.from_id, {_INVERSE}, {_KIN} FROM e_KIN_OF e WHERE {_VALID}""",  # noqa: S608
    "kin_conflicts": KIN_CONFLICTS,
    "kin_doubts": KIN_DOUBTS,
    "associates": f"""SELECT e.from_id AS a_id, e.to_id AS b_id, e.basis, e.from_date, e.to_date, e.grade, e.id AS eid
                      FROM e_ASSOCIATE_OF e WHERE {_VALID}
                      UNION ALL SELECT e.to_id, e.from_id, e.basis, e.from_date, e.to_date, e.grade, e.id FROM e_ASSOCIATE_OF e WHERE {_VALID}""",  # noqa: S608
    "links": " UNION ALL ".join(
        (
            _link("e_LEGAL_REP_OF", "'legal_rep'"),
            _link("e_DIRECTS", "e.kind"),
            _link("e_OWNS", "e.kind"),
            _link(
                "e_EMPLOYED_BY",
                "CASE WHEN e.origin = 'employment' THEN 'employee' ELSE e.kind END",
                "e.kind <> 'staff'",
            ),
            _link("e_NOMINEE_FOR", "'nominee_for'"),
        )
    ),
    "employment": f"""SELECT e.from_id AS person_id, e.to_id AS employer_id, e.kind, e.from_date, e.to_date, e.id AS eid
                      FROM e_EMPLOYED_BY e WHERE e.origin = 'employment' AND {_VALID}""",  # noqa: S608
    "control": f"SELECT e.from_id AS person_id, e.to_id AS company_id, e.eff_pct, e.from_date, e.to_date, e.grade, e.id AS eid FROM e_CONTROLS e WHERE {_VALID}",  # noqa: S608
    "contacts": f"""SELECT e.from_id AS subject_id, CASE WHEN e.from_id LIKE 'person:%' THEN 'Person' ELSE 'Organization' END AS subject_label,
                           e.kind, c.name AS value, e.to_id AS contact_id, c.hub_size, e.from_date, e.to_date, e.grade, e.id AS eid
                    FROM e_HAS_CONTACT e JOIN n_Contact c ON c.id = e.to_id WHERE {_VALID}""",  # noqa: S608
}
