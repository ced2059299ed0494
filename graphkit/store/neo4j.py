"""Neo4j behind the store contract. Credentials only from GRAPHKIT_NEO4J_USER and GRAPHKIT_NEO4J_PASSWORD.

Community has no roles, so reading is kept to reading here: gate, EXPLAIN, read transaction, timeout, row limit (QUERIES 3).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import neo4j
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError, ServiceUnavailable

from graphkit.errors import LimitReached, StoreUnreachable, Text, UsageError
from graphkit.model import EDGES, NODES
from graphkit.store.contract import ROW_CAP, Files, QueryAnswer
from graphkit.store.engine_errors import query_error, timed_out
from graphkit.store.gate import check_read_only
from graphkit.store.neo4j_publish import publish_tables, published_snapshot
from graphkit.store.reading import CypherReading
from graphkit.store.tables import read_tables
from graphkit.store.values import Raw, answer, parameter

T = TypeVar("T")

# What the driver logs would go to stderr beside the error that says the same.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

CONNECT_SECONDS = 3.0
ACQUIRE_SECONDS = 5.0
"""How long a server may take up to the login. Measured: 0.04 s just started, 0.02 s with eight heavy queries running."""

RETRY_SECONDS = 5.0
READ_SECONDS = 120.0
WRITE_SECONDS = 600.0


class Neo4jStore(CypherReading):
    """A Neo4j database that holds graphkit's graph and nothing else."""

    kind: Literal["embedded", "neo4j"] = "neo4j"

    def __init__(self, url: str, database: str = "neo4j") -> None:
        self._url = url
        self._database = database
        self._driver: neo4j.Driver | None = None

    def publish(self, facts: Path, snapshot: str, files: Files | None = None) -> dict[str, dict[str, int]]:
        """See `GraphStore.publish`. Readers meanwhile see a graph between the two; `is_published` is false until it is whole."""
        tables = read_tables(facts, files)
        self._guarded(lambda: publish_tables(self._session, tables, snapshot, self.counts), WRITE_SECONDS)
        return tables.counts()

    def is_published(self, snapshot: str) -> bool:
        """See `GraphStore.is_published`."""
        return self._guarded(lambda: published_snapshot(self._session), READ_SECONDS) == snapshot

    def counts(self) -> dict[str, dict[str, int]]:
        """See `GraphStore.counts`."""
        nodes = " UNION ALL ".join(f"MATCH (n:`{x}`) RETURN '{x}' AS k, count(n) AS n" for x in NODES)
        edges = " UNION ALL ".join(f"MATCH ()-[r:`{x}`]->() RETURN '{x}' AS k, count(r) AS n" for x in EDGES)
        return {
            group: {k: n for k, n in self._rows(text, {}) if n} for group, text in (("nodes", nodes), ("edges", edges))
        }

    def query(
        self,
        cypher: str,
        params: Mapping[str, Any] | None = None,
        limit: int = 50,
        timeout: float = 30.0,
        *,
        library: bool = False,
    ) -> QueryAnswer:
        """See `GraphStore.query`."""
        cap = min(limit or ROW_CAP, ROW_CAP)
        given = {k: parameter(v) for k, v in (params or {}).items()}
        if not library:
            check_read_only(cypher)
            self._explain(cypher, given, timeout)
        started = time.perf_counter()
        raw = self._guarded(lambda: self._read(cypher, given, timeout, cap + 1), timeout)
        return answer(raw, cap, time.perf_counter() - started, "neo4j")

    def close(self) -> None:
        """See `GraphStore.close`."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def _rows(self, cypher: str, params: Mapping[str, Any]) -> list[list[Any]]:
        given = {k: parameter(v) for k, v in params.items()}
        return self._guarded(lambda: self._read(cypher, given, READ_SECONDS, None), READ_SECONDS).rows

    def _read(self, cypher: str, params: Mapping[str, Any], timeout: float, limit: int | None) -> Raw:
        def work(tx: neo4j.ManagedTransaction) -> Raw:
            result = tx.run(cypher, dict(params))
            columns = list(result.keys())
            records = result.fetch(limit) if limit is not None else list(result)
            return Raw(columns, [list(record.values()) for record in records])

        with self._session(neo4j.READ_ACCESS) as session:
            raw: Raw = session.execute_read(neo4j.unit_of_work(timeout=timeout)(work))
        return raw

    def _explain(self, cypher: str, params: Mapping[str, Any], timeout: float) -> None:
        """The server's own opinion before anything runs: a read, one plan without LOAD CSV or a procedure."""

        def plan() -> neo4j.ResultSummary:
            with self._session(neo4j.READ_ACCESS) as session:
                return session.run(neo4j.Query("EXPLAIN " + cypher, timeout=timeout), dict(params)).consume()

        summary = self._guarded(plan, timeout)
        operators = set(_operators(summary.plan))
        if summary.query_type != "r" or operators & {"LoadCSV", "ProcedureCall"}:
            raise UsageError(
                "cypher-refused",
                Text("服务器判定该语句不只是读取", "the server says this statement does more than read"),
                Text("只允许 MATCH … RETURN …", "only MATCH … RETURN … is allowed"),
            )

    def _session(self, access: str = neo4j.WRITE_ACCESS) -> neo4j.Session:
        if self._driver is None:
            self._driver = self._connected()
        return self._driver.session(database=self._database, default_access_mode=access)

    def _connected(self) -> neo4j.Driver:
        """A driver whose server has answered once.

        The driver tries a failed transaction again for `RETRY_SECONDS`, also when nobody listens: asked beforehand, an
        absent server is known at once, and only a connection that has once been there is worth another try.
        """
        user, password = os.environ.get("GRAPHKIT_NEO4J_USER"), os.environ.get("GRAPHKIT_NEO4J_PASSWORD")
        driver = neo4j.GraphDatabase.driver(
            self._url,
            auth=(user, password) if user and password else None,
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=ACQUIRE_SECONDS,
            max_transaction_retry_time=RETRY_SECONDS,
            notifications_min_severity="OFF",
            user_agent="graphkit",
        )
        try:
            driver.verify_connectivity()
        except (DriverError, Neo4jError):
            driver.close()
            raise
        return driver

    def _guarded(self, work: Callable[[], T], timeout: float) -> T:
        """Run `work`; what the driver raises comes out as an error of ours."""
        try:
            return work()
        except AuthError:
            raise StoreUnreachable(
                "store-login",
                Text(f"{self._url} 拒绝登录", f"{self._url} refuses the login"),
                Text("检查环境变量 GRAPHKIT_NEO4J_USER 与 GRAPHKIT_NEO4J_PASSWORD", "check GRAPHKIT_NEO4J_USER and GRAPHKIT_NEO4J_PASSWORD in the environment"),
            ) from None  # fmt: skip
        except (ServiceUnavailable, DriverError) as error:
            raise self._unreachable(error) from None
        except ClientError as error:
            raise _client_error(error, timeout, self._database) from None
        except Neo4jError as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> StoreUnreachable:
        return StoreUnreachable(
            "store-unreachable",
            Text(f"图库 {self._url} 没有应答", f"the graph store {self._url} does not answer"),
            Text(
                "确认 Neo4j 已启动、地址与端口正确；或把 store.url 改为 embedded 后运行 graphkit load --rebuild",
                "see that Neo4j runs and that host and port are right; or set store.url to embedded and run graphkit load --rebuild",
            ),
            cause=str(error).splitlines()[0][:300],
        )


def _operators(plan: Any) -> list[str]:
    """Operator names of an EXPLAIN tree, without the runtime suffix (`NodeIndexSeek@neo4j`)."""
    if not plan:
        return []
    name = str(plan.get("operatorType", "")).partition("@")[0]
    return [name, *(op for child in plan.get("children", ()) for op in _operators(child))]


def _client_error(error: ClientError, timeout: float, database: str) -> UsageError | LimitReached | StoreUnreachable:
    code = error.code or ""
    if "TransactionTimedOut" in code or "Terminated" in code:
        return timed_out(timeout)
    if "DatabaseNotFound" in code:
        return StoreUnreachable(
            "store-database",
            Text(f"服务器上没有数据库 {database}", f"the server has no database {database}"),
            Text("检查设置 store.database", "check setting store.database"),
        )
    return query_error(error.message or str(error))
