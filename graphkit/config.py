"""One frozen `Settings`, read from `graphkit.toml` of the workspace; an unknown key is an error (CONTRACT 6)."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphkit.errors import Text, UsageError, Where


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreSettings(_Section):
    """Where the graph is served: `embedded`, or `neo4j://`, `bolt://`, `neo4j+s://` host:port."""

    url: str = Field(default="embedded", pattern=r"^(embedded|(neo4j|bolt)(\+s|\+ssc)?://.+)$")
    database: str = "neo4j"


class LedgerSettings(_Section):
    """Where leads, decisions, audit chain, quarantine and runs are kept."""

    url: str = "sqlite"


class ScheduleSettings(_Section):
    """When `graphkit scan --due` has work: every `every_hours`, or daily `at` HH:MM local time; else when the data have changed."""

    every_hours: float | None = Field(default=None, gt=0)
    at: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class Settings(_Section):
    """Every setting with its default; `thresholds` overrides detector parameters: `[thresholds.F03] window_hours = 48`."""

    language: Literal["zh", "en"] = "zh"
    seed: int = 7
    query_dirs: tuple[str, ...] = ()
    loader_dirs: tuple[str, ...] = ()
    store: StoreSettings = StoreSettings()
    ledger: LedgerSettings = LedgerSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    thresholds: dict[str, dict[str, Any]] = Field(default_factory=dict)
    expand_weights: dict[str, float] = Field(default_factory=dict)


TEMPLATE = """\
# graphkit settings. Every line shows its default; remove the leading # to change it.
# language = "zh"              # zh | en
# seed = 7                     # seed of every algorithm that samples
# query_dirs = []              # own folders of .cypher files
# loader_dirs = []             # own folders of loaders

[store]
# url = "embedded"             # or neo4j://host:7687, bolt://host:7687, neo4j+s://host:7687
# database = "neo4j"           # user and password: GRAPHKIT_NEO4J_USER, GRAPHKIT_NEO4J_PASSWORD

[ledger]
# url = "sqlite"               # ledger.db in this folder, or postgresql://user@host/db

[schedule]
# every_hours = 24             # `graphkit scan --due` runs when this long has passed
# at = "02:30"                 # or daily at this local time

[thresholds]                   # detector parameters, see `graphkit detectors show ID`
# [thresholds.F01]
# window_days = 45

[expand_weights]               # edge weights of `graphkit expand`
# OWNS = 1.0
"""


def read_settings(path: Path) -> Settings:
    """The settings in `path`; defaults when the file is absent.

    Raises `UsageError` naming the key and the line to mend.
    """
    if not path.exists():
        return Settings()
    try:
        settings = Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            "settings-syntax",
            Text(f"设置文件不是有效的 TOML：{error}", f"the settings file is not valid TOML: {error}"),
            Text(
                "请改正该行，或删除该文件后运行 graphkit init",
                "mend that line, or remove the file and run graphkit init",
            ),
            Where(file=str(path)),
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            "settings-key",
            Text(f"设置项 {key} 无效：{first['msg']}", f"setting {key} is not valid: {first['msg']}"),
            Text("可用的设置项见 graphkit init 生成的文件", "graphkit init writes a file with every known key"),
            Where(file=str(path), column=key),
        ) from None
    return settings


def workspace_path(explicit: str | None) -> Path:
    """`--workspace`, else `GRAPHKIT_WORKSPACE`, else `./graphkit-data`."""
    return Path(explicit or os.environ.get("GRAPHKIT_WORKSPACE") or "graphkit-data")
