"""Compile a schema once; judge at full speed; explain exactly what fails."""

from corpuskit.validation.judge import Judge, Violation, compile_schema, load_judge, read_schema, schema_notes

__all__ = ["Judge", "Violation", "compile_schema", "load_judge", "read_schema", "schema_notes"]
