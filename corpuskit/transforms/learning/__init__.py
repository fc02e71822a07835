"""Learning what a source repeats, from a sample of its texts; the transforms that cut it take what was learned.

`pages` is all that learning looks at, `tails`, `tops` and `suffixes` learn from it, `repeats` is what they find.
"""
