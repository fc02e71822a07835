"""Writers: rows to files; each returns what it wrote. The only rooms that know Parquet.

To add one: write its file and call it from `phases.write`, and from `conversion` for files of any rows.
"""
