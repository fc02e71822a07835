"""Compile a schema once; judge at full speed; explain exactly what fails."""

from corpuskit.validation.judge import Judge, compile_schema, load_judge, read_schema
from corpuskit.validation.violations import Violation

__all__ = ["Judge", "Violation", "compile_schema", "load_judge", "read_schema"]
