"""A hub of one's own: a server over a plain folder that clients of the Hugging Face Hub push to and load from.

How corpora are kept: `repositories`, `commits`, `trees`, `refs`, `objects`. What clients ask: `routes`. Who may:
`tokens`, `links`. How one request goes: `application`.
"""

from corpuskit.hub.serving.limits import Limits
from corpuskit.hub.serving.server import is_local, open_hub, serve
from corpuskit.hub.serving.tokens import Scope, add_token, load_tokens, remove_token

__all__ = ["Limits", "Scope", "add_token", "is_local", "load_tokens", "open_hub", "remove_token", "serve"]
