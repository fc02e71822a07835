"""The exception tree: fields first, the sentence composed when it is read.

CorpusError                 anything corpuskit raises on purpose
├── SpecError               corpus.toml, a schema or a call is wrong              exit 2
│   ├── SchemaError         an article schema cannot be used
│   └── ReleaseExists       the release is there and replacing was not asked for
├── InputError              an input cannot be read                               exit 3
│   ├── DamagedInput        a stream is cut or corrupt, from a byte on
│   └── InputChanged        an input changed while it was read
├── OutputError             the output cannot be written                          exit 3
├── RemoteError             the target of a publication fails or refuses          exit 3
├── WorkerLost              a worker process died at its task                     exit 3
├── BuildRefused            a budget or gate refused; nothing is released         exit 1
├── PublishRefused          a gate refused, or the target moved; nothing is sent  exit 1
├── ValidationFailed        what was validated has findings of severity error     exit 1
└── Busy                    another build holds the output                        exit 11
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(eq=False)
class CorpusError(Exception):
    """Anything corpuskit raises on purpose; `exit_code` is what the command line returns for it."""

    exit_code: ClassVar[int] = 3

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from the fields, so that an error crosses a process boundary whole."""
        return type(self), tuple(getattr(self, f.name) for f in dataclasses.fields(self))


@dataclass(eq=False)
class SpecError(CorpusError):
    """corpus.toml, a schema or the arguments of a call are wrong."""

    exit_code: ClassVar[int] = 2
    message: str
    file: str | None = None
    line: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}" + (f" {self.hint}" if self.hint else "")


@dataclass(eq=False)
class SchemaError(SpecError):
    """An article schema is not a JSON Schema, or refers to what it may not refer to."""


@dataclass(eq=False)
class ReleaseExists(SpecError):
    """The release to be written exists, and replacing it was not asked for."""


@dataclass(eq=False)
class InputError(CorpusError):
    """An input file cannot be read."""

    file: str
    cause: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.cause}" + (f" {self.hint}" if self.hint else "")


@dataclass(eq=False)
class DamagedInput(InputError):
    """A stream is cut or corrupt; `offset` counts bytes after decompression up to the damage."""

    offset: int = 0

    def __str__(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.file}: {self.cause} after byte {self.offset} of the decompressed data.{hint}"


@dataclass(eq=False)
class InputChanged(InputError):
    """An input file changed between the moment it was pinned and the end of reading."""


@dataclass(eq=False)
class OutputError(CorpusError):
    """The output folder cannot be written."""

    path: str
    cause: str

    def __str__(self) -> str:
        return f"{self.path}: {self.cause}"


@dataclass(eq=False)
class RemoteError(CorpusError):
    """The target of a publication cannot be reached, fails, or refuses; what was there before is there still."""

    target: str
    cause: str
    hint: str

    def __str__(self) -> str:
        return f"{self.target}: {self.cause} {self.hint}"


@dataclass(eq=False)
class WorkerLost(CorpusError):
    """A worker process died in the middle of a task: killed, out of memory, or by a fault of a parser."""

    task: str
    cause: str

    def __str__(self) -> str:
        return (
            f"{self.task}: the process that worked on it {self.cause}. "
            "If memory was short, run this again with --jobs 1."
        )


@dataclass(eq=False)
class BuildRefused(CorpusError):
    """A budget or gate refused the build; `outcome` is the JSON of the build with `release: null`."""

    exit_code: ClassVar[int] = 1
    reasons: list[str]
    outcome: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(self.reasons)


@dataclass(eq=False)
class PublishRefused(CorpusError):
    """A gate refused the publication, or its plan is no longer true; `outcome` is the JSON of publish, not ok."""

    exit_code: ClassVar[int] = 1
    reasons: list[str]
    outcome: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(self.reasons)


@dataclass(eq=False)
class ValidationFailed(CorpusError):
    """What was validated has errors; `places` are the first of them, each one line with its place."""

    exit_code: ClassVar[int] = 1
    errors: int
    places: list[str]

    def __str__(self) -> str:
        more = self.errors - len(self.places)
        lines = [*self.places, f"… and {more:,} more"] if more else self.places
        return "".join([f"{self.errors:,} finding{'s' * (self.errors != 1)} of severity error",
                        *(f"\n  {line}" for line in lines)])  # fmt: skip


@dataclass(eq=False)
class Busy(CorpusError):
    """Another build is writing to the same output."""

    exit_code: ClassVar[int] = 11
    path: str

    def __str__(self) -> str:
        return f"{self.path}: another build is writing here. Wait until it has ended, then run this again."
