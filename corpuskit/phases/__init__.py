"""The three phases of a build as pure tasks over plain data: map, index, write.

`plan` cuts the inputs into tasks, `map` turns a task's bytes into a part on disk, `index` decides one fate
a record on keys alone, `write` turns parts into shards, and `audit` into ledger, rejects and edits.
"""
