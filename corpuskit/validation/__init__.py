"""Compile a schema once; judge at full speed; explain exactly what fails."""

from corpuskit.validation.judge import Judge, compile_schema, load_judge, read_schema, schema_notes
from corpuskit.validation.violations import Violation

__all__ = ["Judge", "Violation", "compile_schema", "load_judge", "read_schema", "schema_notes"]
