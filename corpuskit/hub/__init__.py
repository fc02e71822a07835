"""Hubs of data sets: `serving` is one of your own, over a plain folder."""
