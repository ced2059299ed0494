"""The county's files and views, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphkit.views import Views
from graphkit.workspace import Workspace
from tests.views.county import AS_OF, MIDWAY, County, county_files


@pytest.fixture(scope="session")
def files() -> County:
    """The county's files as the oracle reads them."""
    return county_files()


@pytest.fixture(scope="session")
def late(county: Workspace) -> Iterator[Views]:
    """Views after everything has happened."""
    with county.views(AS_OF) as views:
        yield views


@pytest.fixture(scope="session")
def midway(county: Workspace) -> Iterator[Views]:
    """Views in the middle of the story."""
    with county.views(MIDWAY) as views:
        yield views
