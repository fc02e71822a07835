"""What a process of the command line, and each of its workers, sets before it begins."""

import os
import sys
from importlib.machinery import ModuleSpec


def settle() -> None:
    """Set what libraries look for when they begin; for processes that run nothing but corpuskit."""
    # numpy brings a thread for each core for what nobody asks here, and each spins when it begins.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Arrow's allocator else keeps what it has given back, which is half of what a process holds.
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")
    # pyarrow imports pandas, where it is installed, to see whether a list is of its kind: 0.3 s and 40 MiB a process.
    if "pandas" not in sys.modules and _NotImported not in sys.meta_path:
        sys.meta_path.insert(0, _NotImported)


class _NotImported:
    """A finder for what is never imported here: says that it is not there."""

    @staticmethod
    def find_spec(name: str, *_: object) -> ModuleSpec | None:
        """None for all that others find."""
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None
