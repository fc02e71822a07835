"""A pytest plugin: the fixture `local_hub`."""

from collections.abc import Iterator

import pytest

from corpuskit.testing.local_hub import LocalHub


@pytest.fixture(scope="session")
def local_hub() -> Iterator[LocalHub]:
    """A hub on this machine, one for all tests of a session: give each test repositories of its own."""
    with LocalHub() as hub:
        yield hub
