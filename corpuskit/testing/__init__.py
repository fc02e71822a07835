"""For the tests of others: a hub on this machine that clients of the Hugging Face Hub push to and load from.

`LocalHub` is a context manager; `pytest_plugins = ["corpuskit.testing.plugin"]` in a conftest.py brings the fixture
`local_hub`.
"""

from corpuskit.testing.local_hub import LocalHub

__all__ = ["LocalHub"]
