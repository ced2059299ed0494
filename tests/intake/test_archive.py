"""Archives are read like folders; what is wrong with one entry stops neither the others nor the process."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphkit.errors import InputRefused
from graphkit.intake import archive
from graphkit.intake.archive import Member, is_archive, unpack
from tests.inputs.case import zipped


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def members(data: bytes, folder: Path) -> dict[str, Member]:
    path = folder.parent / "a.zip"
    path.write_bytes(data)
    return {member.name: member for member in unpack(path, "a.zip", folder)}


def test_files_come_out_whole_and_in_order(inside: Path) -> None:
    entries = [
        ("b/二.csv", b"2"),
        ("a.csv", b"1"),
        ("b/", b""),
        (".hidden", b""),
        ("__MACOSX/x.csv", b""),
        ("~$a.xlsx", b""),
    ]
    found = members(zipped(entries), inside)
    assert list(found) == ["a.csv", "b/二.csv"]
    assert [m.path.read_bytes() for m in found.values() if m.path] == [b"1", b"2"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_without_a_mark_are_utf8_or_gb18030(inside: Path, encoding: str) -> None:
    name = "流水一号"
    stand_in = "x" * len(name.encode(encoding))
    found = members(zipped([(f"{stand_in}.csv", b"1")]).replace(stand_in.encode(), name.encode(encoding)), inside)
    assert list(found) == [f"{name}.csv"]


@pytest.mark.parametrize("name", ["../x.csv", "a/../../x.csv", "/x.csv", "a\\x.csv", "C:x.csv", "C:/x.csv"])
def test_no_way_out(inside: Path, name: str) -> None:
    found = members(zipped([(name, b"1"), ("good.csv", b"2")]), inside)
    refused = [m for m in found.values() if m.path is None]
    assert len(refused) == 1 and refused[0].why is not None and refused[0].why.zh
    assert found["good.csv"].path is not None
    assert sorted(p.name for p in inside.parent.iterdir()) == ["a.zip", "out"]
    assert all(p.parent == inside for p in inside.rglob("*"))


def test_too_many_or_too_large_is_refused_before_anything_is_written(
    inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 2)
    with pytest.raises(InputRefused, match="expands-too-much") as refusal:
        members(zipped([(f"{n}.csv", b"1") for n in range(3)]), inside)
    assert refusal.value.fix.zh and not list(inside.iterdir())
    monkeypatch.setattr(archive, "MAX_EXPANDED", 10)
    with pytest.raises(InputRefused):
        members(zipped([("a.csv", b"12345678901")]), inside)


def test_an_entry_with_a_password_is_refused_alone(inside: Path) -> None:
    data = bytearray(zipped([("a.csv", b"1")]))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    found = members(bytes(data), inside)
    assert found["a.csv"].path is None and found["a.csv"].why is not None and "密码" in found["a.csv"].why.zh


def test_office_documents_are_no_archives_and_the_name_decides_about_broken_ones(tmp_path: Path) -> None:
    for name, data, expected in (
        ("a.xlsx", zipped([("[Content_Types].xml", b""), ("xl/workbook.xml", b"")]), False),
        ("a.ods", zipped([("mimetype", b"x")]), False),
        ("a.zip", zipped([("a.csv", b"")]), True),
        ("b.zip", b"PK\x03\x04 nothing", True),  # read as an archive, so that it is called damaged
        ("b.xlsx", b"PK\x03\x04 nothing", False),
        ("c.zip", b"", False),
    ):
        (tmp_path / name).write_bytes(data)
        assert is_archive(tmp_path / name) is expected, name
    assert not is_archive(tmp_path / "missing")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_damaged_archives_never_raise_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(zipped([("a.csv", b"1" * 50), ("b/c.csv", b"x,y\n" * 20)], zipfile.ZIP_DEFLATED))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path, folder = tmp_path / "a.zip", tmp_path / "out"
    folder.mkdir(exist_ok=True)
    path.write_bytes(whole)
    if is_archive(path):
        try:
            for member in unpack(path, "a.zip", folder):
                assert (member.path is None) is (member.why is not None)
        except InputRefused as refusal:
            assert refusal.message.zh
    assert all(p.parent == folder for p in folder.rglob("*"))
