"""The façade that the command line and the workbench share: a folder with everything in it, and the verbs as methods.

Answers are the JSON shapes of CONTRACT 2 as plain dicts and lists; errors are `GraphkitError`s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from graphkit.config import TEMPLATE, Settings, read_settings, workspace_path
from graphkit.errors import Text, UsageError

if TYPE_CHECKING:
    from graphkit.db import Database
    from graphkit.facts.evidence import FactReader
    from graphkit.ledger import Ledger
    from graphkit.projection import Kind
    from graphkit.records import Records
    from graphkit.store import GraphStore
    from graphkit.views import Views

Json = dict[str, Any]
Progress = Callable[[str], None]
T = TypeVar("T")


def _silent(_: str) -> None:
    """No progress shown."""


def open(
    root: str | Path | None = None, *, lang: str | None = None, snapshot: str | None = None, unmask: str | None = None
) -> Workspace:
    """Open (and on first use create) a workspace: `root`, else `GRAPHKIT_WORKSPACE`, else `./graphkit-data`."""
    return Workspace(
        workspace_path(str(root) if root is not None else None), lang=lang, snapshot=snapshot, unmask=unmask
    )


class Workspace:
    """One investigation's data: files, records, graph, leads. Use as a context manager, or call `close`.

    `snapshot` pins every reading verb to an earlier state of the data; None follows the newest. `unmask` is the reason for
    showing full ID numbers, accounts and phones; every answer that does is audited before it is made.
    """

    def __init__(
        self, root: Path, *, lang: str | None = None, snapshot: str | None = None, unmask: str | None = None
    ) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        self.settings: Settings = read_settings(self.root / "graphkit.toml")
        self.lang = lang or self.settings.language
        if self.lang not in ("zh", "en"):
            raise UsageError(
                "language",
                Text(f"不支持的语言 {self.lang}", f"unknown language {self.lang}"),
                Text("可用 zh、en", "use zh or en"),
            )
        self._pinned = self.records.full_id(snapshot) if snapshot else None
        self._unmask = unmask
        if unmask is not None and not unmask.strip():
            raise UsageError(
                "reason-missing",
                Text("显示完整号码须说明理由", "showing full numbers needs a reason"),
                Text("--unmask --reason 理由", "--unmask --reason TEXT"),
            )

    # — rooms, opened on first use —

    @cached_property
    def db(self) -> Database:
        """The ledger database."""
        from graphkit.db import open_database

        return open_database(self.root, self.settings.ledger.url)

    @cached_property
    def records(self) -> Records:
        """The received files and typed rows: the truth."""
        from graphkit.records import Records

        return Records(self.root, self.db, loader_dirs=tuple(self.root / d for d in self.settings.loader_dirs))

    @cached_property
    def ledger(self) -> Ledger:
        """Leads, decisions and the audit chain."""
        from graphkit.ledger import Ledger

        return Ledger(self.db)

    @cached_property
    def key(self) -> bytes:
        """The secret of the keyed hashes."""
        from graphkit.identity.keys import read_key

        return read_key(self.root)

    @cached_property
    def store(self) -> GraphStore:
        """The graph store of the settings, as it is; `published` gives it with this snapshot."""
        from graphkit.publish import edition, graph_name
        from graphkit.store import open_store

        # A server serves the current snapshot only; an earlier one is answered from its own embedded file.
        url = "embedded" if self._pinned else self.settings.store.url
        pinned = graph_name(self.snapshot, edition(self.key)) if self._pinned else None
        return open_store(url, self.root, self.settings.store.database, pinned)

    @cached_property
    def facts_dir(self) -> Path:
        """Folder of the fact tables of this snapshot, made when absent."""
        from graphkit.publish import ensure_facts

        return ensure_facts(self.root, self.records, self.key, self.snapshot)[0]

    @cached_property
    def facts(self) -> FactReader:
        """Rows and evidence of this snapshot by id."""
        from graphkit.answers.judged import reader

        return reader(self)

    @property
    def snapshot(self) -> str:
        """Id of the snapshot that reading verbs answer from."""
        return self._pinned or self.records.snapshot_id()

    def published(self) -> GraphStore:
        """The graph store, answering from this snapshot."""
        from graphkit.publish import ensure_published

        ensure_published(self.store, self.facts_dir, self.records, self.snapshot)
        return self.store

    def forget(self) -> None:
        """Drop what was derived from the snapshot before this one."""
        for name in ("facts_dir", "facts"):
            self.__dict__.pop(name, None)

    def _shown(self, verb: str, answer: Callable[[], T], **asked: Any) -> T:
        """An answer, audited before it is made: what was asked, by whom. Numbers are masked, unless a reason to unmask is given."""
        from graphkit.answers.masking import masked

        details = {"verb": verb, **masked({k: v for k, v in asked.items() if v})}
        if self._unmask is None:
            self.ledger.audit("read", details)
            return masked(answer())
        from graphkit.answers.unmask import unmasked

        self.ledger.audit("unmask", details, purpose=self._unmask)
        full: T = unmasked(self, answer())
        return full

    def views(self, as_of: date | None = None) -> Views:
        """Views of the current snapshot; close them after use."""
        from graphkit.views import Views

        return Views(
            self.facts_dir, as_of or self.ledger.now().date(), self.records.columns(self._pinned), self.settings.seed
        )

    def view(self, name: str, engine: str = "pandas") -> Any:
        """A view as a pandas frame, an Arrow table (`engine="arrow"`) or lazy (`engine="lazy"`, keep the workspace open)."""
        views = self.views()
        frame = views.view(name)
        if engine == "lazy":
            return frame
        try:
            return frame.collect("pandas" if engine == "pandas" else "pyarrow").to_native()
        finally:
            views.close()

    # — verbs —

    def init(self) -> Json:
        """Write the commented settings file (kept when it exists) and the secret of the keyed hashes."""
        path = self.root / "graphkit.toml"
        if not path.exists():
            path.write_text(TEMPLATE, "utf-8")
        _ = self.key
        self.records.snapshot_id()
        return {"workspace": str(self.root), "settings": str(path)}

    def load(
        self,
        *paths: str | Path,
        loader: str | None = None,
        accept: Sequence[str] = (),
        dry_run: bool = False,
        progress: Progress = _silent,
    ) -> Json:
        """Files or folders → records → graph. The load report of CONTRACT 2."""
        from graphkit.answers.loading import load

        return load(self, [Path(p) for p in paths], loader, accept, dry_run, progress)

    def undo(self, run: str) -> Json:
        """Take a load back: its files no longer count; the earlier snapshot id returns."""
        from graphkit.answers.loading import undo

        return undo(self, run)

    def rebuild(self) -> Json:
        """Derive facts and graph anew from the records."""
        from graphkit.answers.loading import rebuild

        return rebuild(self)

    def scan(
        self,
        *,
        detectors: Iterable[str] = (),
        as_of: date | None = None,
        due: bool = False,
        progress: Progress = _silent,
    ) -> Json:
        """Run detectors → findings → leads; with `due` nothing happens when no scan is due."""
        from graphkit.answers.scans import scan

        return scan(self, tuple(detectors), as_of, due, progress)

    def findings(self, *, detector: str | None = None, subject: str | None = None, top: int = 50) -> list[Json]:
        """Findings of the last finished scan."""
        from graphkit.answers.reading import findings

        return self._shown(
            "findings", lambda: findings(self, detector, subject, top), detector=detector, subject=subject
        )

    def subjects(self, *, family: str | None = None, label: str | None = None, top: int = 50) -> list[Json]:
        """Everybody the findings name, by score, with the parts of each score."""
        from graphkit.answers.reading import subjects

        return self._shown("subjects", lambda: subjects(self, family, label, top), family=family, label=label)

    def leads(self, *, status: str | None = None, top: int = 50) -> list[Json]:
        """The lead queue, best first."""
        from graphkit.answers.reading import leads

        return self._shown("leads", lambda: leads(self, status, top), status=status)

    def lead(self, number: str) -> Json:
        """One lead with its history and full findings."""
        from graphkit.answers.reading import lead

        return self._shown("lead", lambda: lead(self, number), lead=number)

    def decide(self, number: str, action: str, **arguments: Any) -> Json:
        """One step in the ledger: `assign`, `dispose`, `comment`, `confirm`, `close`; answers the lead."""
        from graphkit.answers.reading import lead

        self.ledger.act(number, action, **arguments)
        return self._shown("lead", lambda: lead(self, number), lead=number)

    def resolve(self, keys: Sequence[str]) -> list[Json]:
        """Ids behind names, numbers and ids, in the order given."""
        from graphkit.answers.lookup import resolve

        return self._shown("resolve", lambda: resolve(self, keys), keys=list(keys))

    def the(self, key: str) -> str:
        """The one id behind a key. Raises `UsageError` when there is none, or several (they are listed)."""
        from graphkit.answers.lookup import the

        return the(self, key)

    def identities(self, *pair: str, label: str | None = None, top: int = 50) -> list[Json]:
        """Who may be who, likeliest first, field by field; of two given subjects only that comparison, with all rows."""
        from graphkit.answers.identity import identities

        return self._shown("identity", lambda: identities(self, pair, label, top), pair=list(pair), label=label)

    def judge(self, verb: str, *pair: str | int, reason: str = "") -> Json:
        """A judgement that two are `same`, `different` or it is `unsure`; `undo` with its number takes one back."""
        from graphkit.answers.identity import judge

        return judge(self, verb, pair, reason)

    def neighbors(self, key: str, *, types: Sequence[str] = (), limit: int = 200, as_of: date | None = None) -> Json:
        """A node, how many neighbours it has by relationship, and at most `limit` of them, each with its edge and row."""
        from graphkit.answers.graph import neighbors

        return self._shown("neighbors", lambda: neighbors(self, self.the(key), types, limit, as_of), of=key)

    def path(self, a: str, b: str, *, max_hops: int = 6, k: int = 5, as_of: date | None = None) -> Json:
        """The k shortest typed paths between two subjects, over the whole graph."""
        from graphkit.answers.graph import path

        return self._shown("path", lambda: path(self, self.the(a), self.the(b), max_hops, k, as_of), ends=[a, b])

    def expand(self, keys: Sequence[str], *, top: int = 20, as_of: date | None = None) -> Json:
        """以案带案: from confirmed seeds, whom to look at next, and why."""
        from graphkit.answers.network import expand

        return self._shown(
            "expand", lambda: expand(self, [self.the(key) for key in keys], top, as_of), seeds=list(keys)
        )

    def communities(self, *, as_of: date | None = None) -> list[Json]:
        """Groups that hold together."""
        from graphkit.answers.network import communities

        return self._shown("communities", lambda: communities(self, as_of))

    def brokers(self, *, top: int = 50, as_of: date | None = None) -> list[Json]:
        """Persons between staff and suppliers."""
        from graphkit.answers.network import brokers

        return self._shown("brokers", lambda: brokers(self, top, as_of))

    def projection(self, kind: Kind = "people_and_firms", *, as_of: date | None = None) -> Any:
        """A compact matrix of the graph; `.to_networkx()` for NetworkX."""
        from graphkit.projection import project

        return project(self.facts_dir, kind, as_of, cache_dir=self.facts_dir.parent / "projections")

    def queries(self) -> list[Json]:
        """The Cypher library."""
        from graphkit.answers.cypher import queries

        return queries(self)

    def query(
        self, source: str, *, params: Mapping[str, str] | None = None, limit: int = 50, timeout: float = 30.0
    ) -> Json:
        """A library query by id, or an analyst's own Cypher (a path to a file, or the text)."""
        from graphkit.answers.cypher import query

        return self._shown("query", lambda: query(self, source, params or {}, limit, timeout))

    def pack(self, number: str, out: str | Path, *, sign: str | Path | None = None) -> Json:
        """The evidence pack of a lead."""
        from graphkit.answers.packs import pack

        return pack(self, number, Path(out), Path(sign) if sign else None)

    def verify(self, path: str | Path) -> Json:
        """Check an evidence pack."""
        from graphkit.evidence.verify import verify

        return verify(Path(path))

    def detectors(self) -> list[Json]:
        """The red flags, each with what it answered in the last scan."""
        from graphkit.answers.rules import table

        return table(self)

    def audit(self, *, top: int = 50) -> list[Json]:
        """The newest records of the audit chain; 0 = all."""
        return self._shown("audit", lambda: self.ledger.audit_rows(top))

    def audit_verify(self) -> Json:
        """`audit verify` of CONTRACT 2."""
        return self.ledger.verify_chain()

    def quarantine(self) -> list[Json]:
        """Rows that did not load."""
        return self._shown("quarantine", lambda: self.records.quarantine.list(self.lang))

    def quarantined(self, number: str) -> Json:
        """One row that did not load, with its cells."""
        return self._shown("quarantine", lambda: self.records.quarantine.show(number, self.lang))

    def export_quarantine(self, out: str | Path) -> Json:
        """The open rows as an xlsx for correction; as they were received, so it is audited."""
        self.ledger.audit("quarantine-export", {"out": Path(out).name})
        return {"path": str(out), "rows": self.records.quarantine.export(Path(out), self.lang)}

    def source_row(self, source: Mapping[str, Any]) -> Json:
        """The raw cells of a row: `source` is the `source` object of an evidence."""
        from graphkit.answers.lookup import source_row

        return self._shown(
            "source_row", lambda: source_row(self, source), file=source.get("file"), row=source.get("row")
        )

    def close(self) -> None:
        """Close what was opened."""
        for name in ("facts", "store", "db"):
            if name in self.__dict__:
                self.__dict__[name].close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
