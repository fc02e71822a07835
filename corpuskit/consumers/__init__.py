"""Consumers: a release opened as others will, with the libraries they use, and compared with what it is.

To add one: a function of the type `Open` in the file of its library, and a line in `consumers.table.CONSUMERS`.
"""

from corpuskit.consumers.asking import consumer_findings

__all__ = ["consumer_findings"]
