"""Publishing: the plan as a value (`plan`), where it may go (`targets`), its conditions (`gates`), its execution.

The way: `publication` asks a target for its state, `comparing` says what becomes of each file, `gates` judge, the
target executes and checks. A target is one file and one line in `targets.TARGETS`.
"""

from corpuskit.hub.publishing.plan import Plan
from corpuskit.hub.publishing.publication import Publication, outcome, publish, write_plan
from corpuskit.hub.publishing.telling import done_lines, plan_lines

__all__ = ["Plan", "Publication", "done_lines", "outcome", "plan_lines", "publish", "write_plan"]
