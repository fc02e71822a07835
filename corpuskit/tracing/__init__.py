"""`trace(release, id)`: one article's way from bytes to row; `replay(release, raw)`: all ways gone again.

What is told comes from the files of a release and its audit folder; what is gone again, from the raw files.
"""

from corpuskit.tracing.articles import Trace, trace
from corpuskit.tracing.releases import Replay, replay
from corpuskit.tracing.way import Way

__all__ = ["Replay", "Trace", "Way", "replay", "trace"]
