"""The language of a call: `--lang`, else `GRAPHKIT_LANG`, else the setting of the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import call


def reasons(*options: str) -> str:
    """Why the detectors of a scan could not run, as one text."""
    report = call(*options, "scan", "--json").json
    return " ".join(d["reason"] for d in report["detectors"])


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace without data."""
    monkeypatch.setenv("GRAPHKIT_WORKSPACE", str(tmp_path / "ws"))
    return tmp_path / "ws"


def test_the_environment_names_the_language_of_a_workspace(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "缺少" in reasons()
    monkeypatch.setenv("GRAPHKIT_LANG", "en")
    assert reasons().isascii()
    assert "缺少" in reasons("--lang", "zh")
    assert "there is no lead" in call("lead", "show", "L-1", "--json").error["message"]


def test_the_environment_comes_before_the_setting(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.mkdir()
    (empty / "graphkit.toml").write_text('language = "en"\n', "utf-8")
    assert reasons().isascii()
    monkeypatch.setenv("GRAPHKIT_LANG", "zh")
    assert "缺少" in reasons()


def test_an_unknown_language_in_the_environment_is_said(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHKIT_LANG", "fr")
    answer = call("leads", "--json")
    assert (answer.code, answer.error["code"]) == (2, "language")
