"""The report of a lead as one page of HTML, zh or en: facts, where each was read, what would refute, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from graphkit.evidence.picture import caption
from graphkit.evidence.standalone import sources_of
from graphkit.model import EDGES

_STYLE = (
    "body{font:15px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}td,th{border:1px solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "th{background:#f3f3f3}.red{color:#c62828}.yellow{color:#b26a00}.green{color:#2e7d32}code{font-size:.85em;word-break:break-all}"
)
_WORDS: Mapping[str, tuple[str, str]] = {
    "honesty": (
        "本页只陈述事实与计算结果，是线索，不是结论。「未核查」不等于「已排除」。",
        "This page states facts and calculations; it is a lead, not a conclusion. “Not checked” is not “excluded”.",
    ),
    "why": ("为什么", "Why"),
    "refuting": ("什么能推翻", "What would refute it"),
    "missing": ("还缺什么", "What is missing"),
    "subjects": ("涉及主体", "Subjects"),
    "findings": ("疑点", "Findings"),
    "evidence": ("依据与来源", "Evidence and sources"),
    "score": ("得分组成", "Parts of the score"),
    "complete": ("内容完整", "complete"),
    "incomplete": ("内容不完整：依据超过上限", "incomplete: the evidence passes the limit"),
    "derived": ("推导", "derived"),
}
_CHECK = {
    "excluded": ("已排除", "excluded"),
    "possible": ("可能", "possible"),
    "not_checked": ("未核查", "not checked"),
}


def report(
    lead: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    graph: Mapping[str, Any],
    snapshot: str,
    lang: str,
    complete: bool,
) -> bytes:
    """The page; every text is escaped, nothing is loaded from anywhere."""
    i = 0 if lang == "zh" else 1

    def word(key: str) -> str:
        return escape(_WORDS[key][i])

    names = {n["id"]: n["name"] for n in graph["nodes"]}
    body = [
        f"<h1 class='{lead['colour']}'>{escape(lead['lead_no'])} {escape(lead['title'])}</h1>",
        f"<p>{word('honesty')}</p><p>{lead['score']:.3f} · {escape(str(lead['amount_cny']))} CNY · {word('complete' if complete else 'incomplete')} · <code>{snapshot}</code></p>",
    ]
    for key, name in (("why", "reasons"), ("refuting", "refuting"), ("missing", "missing")):
        body.append(f"<h2>{word(key)}</h2><ul>{''.join(f'<li>{escape(t)}</li>' for t in lead[name])}</ul>")
    body.append(
        f"<h2>{word('subjects')}</h2>"
        + _table(
            [s["name"], caption(s["label"], lang), s["role"], s["identity_grade"], s["id"]] for s in lead["subjects"]
        )
    )
    body.append(
        f"<h2>{word('score')}</h2>"
        + _table([p["detector"], p["family"], p["weight"], p["score"], p["finding"]] for p in lead["parts"])
    )
    body.append(f"<h2>{word('findings')}</h2>")
    for f in findings:
        body.append(
            f"<h3 class='{f['colour']}'>{escape(f['detector'])} {escape(f['title'])}</h3><p>{escape(f['message'])}</p>"
        )
        body.append(
            f"<p>{escape(f['class'])} · {escape('；'.join(f['law_refs']))} · <code>{escape(f['id'])}</code></p>"
        )
        body.append(_table([_CHECK[c["result"]][i], c["note"]] for c in f["innocent_explanations"]))
    body.append(
        f"<h2>{word('evidence')}</h2>" + _table(_evidence_row(e, names, word("derived"), i) for e in graph["edges"])
    )
    csp = "default-src 'none'; style-src 'unsafe-inline'"
    page = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{csp}">'
        f"<title>{escape(lead['lead_no'])}</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"
    )
    return page.encode("utf-8")


def _evidence_row(edge: Mapping[str, Any], names: Mapping[str, str], derived: str, i: int) -> list[object]:
    spec = EDGES[edge["type"]]
    rows = [[s["file"], s["sheet"] or "", s["row"], s["row_sha256"][:16]] for s in sources_of(edge)]
    place = [" + ".join(str(c) for c in cells if c != "") for cells in zip(*rows, strict=True)] or [derived, "", "", ""]
    when = edge["props"].get("ts") or edge["props"].get("from_date") or ""
    return [
        names.get(edge["from"], edge["from"]),
        (spec.zh, spec.en)[i],
        names.get(edge["to"], edge["to"]),
        when,
        edge["props"].get("amount_cny", ""),
        *place,
    ]


def _table(rows: Any) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{escape(str(c))}</td>' for c in row)}</tr>" for row in rows)
    return f"<table>{cells}</table>"
