"""corpuskit packages text corpora for release: validate, build, verify, document, read.

Public names are resolved when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpuskit.audit import verify
    from corpuskit.errors import (
        BuildRefused,
        Busy,
        CorpusError,
        DamagedInput,
        InputChanged,
        InputError,
        OutputError,
        PublishRefused,
        ReleaseExists,
        RemoteError,
        SchemaError,
        SpecError,
        ValidationFailed,
        WorkerLost,
    )
    from corpuskit.findings import Finding
    from corpuskit.hub.publishing import Plan, Publication, publish
    from corpuskit.loading import read
    from corpuskit.release import Release, build
    from corpuskit.report import Report, validate
    from corpuskit.reports import write_report
    from corpuskit.reproduction import reproduce
    from corpuskit.spec import CorpusSpec, load_spec

_HOMES = {
    "BuildRefused": "errors",
    "Busy": "errors",
    "CorpusError": "errors",
    "CorpusSpec": "spec",
    "DamagedInput": "errors",
    "Finding": "findings",
    "InputChanged": "errors",
    "InputError": "errors",
    "OutputError": "errors",
    "Plan": "hub.publishing",
    "Publication": "hub.publishing",
    "PublishRefused": "errors",
    "Release": "release",
    "ReleaseExists": "errors",
    "RemoteError": "errors",
    "Report": "report",
    "SchemaError": "errors",
    "SpecError": "errors",
    "ValidationFailed": "errors",
    "WorkerLost": "errors",
    "build": "release",
    "load_spec": "spec",
    "publish": "hub.publishing",
    "read": "loading",
    "reproduce": "reproduction",
    "validate": "report",
    "verify": "audit",
    "write_report": "reports",
}

__all__ = [
    "BuildRefused",
    "Busy",
    "CorpusError",
    "CorpusSpec",
    "DamagedInput",
    "Finding",
    "InputChanged",
    "InputError",
    "OutputError",
    "Plan",
    "Publication",
    "PublishRefused",
    "Release",
    "ReleaseExists",
    "RemoteError",
    "Report",
    "SchemaError",
    "SpecError",
    "ValidationFailed",
    "WorkerLost",
    "build",
    "load_spec",
    "publish",
    "read",
    "reproduce",
    "validate",
    "verify",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("corpuskit")
    if name not in _HOMES:
        raise AttributeError(f"module 'corpuskit' has no attribute {name!r}")
    return getattr(import_module(f"corpuskit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
