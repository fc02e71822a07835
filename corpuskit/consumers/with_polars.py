"""A release as polars opens it."""

from corpuskit.consumers.views import Reading, View


def scanned(view: View, config: str, split: str) -> Reading:
    """`polars.scan_parquet(glob)`."""
    import polars as pl

    frame = pl.scan_parquet(view.globs("parquet", config, split))
    schema = frame.head(0).collect().to_arrow().schema
    return Reading(schema, (piece.to_arrow() for piece in frame.collect_batches(maintain_order=True)))
