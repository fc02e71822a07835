"""The card: README.md, its figures, LICENSE and NOTICE as pure functions of the manifest."""

from corpuskit.card.checking import check_card
from corpuskit.card.drawing import counted
from corpuskit.card.facts import dedup_told
from corpuskit.card.figures import render_figures
from corpuskit.card.foreign import foreign_head
from corpuskit.card.front_matter import cut_card, front_matter, ordered, ordered_configs, yaml_text
from corpuskit.card.merging import merge_card
from corpuskit.card.rendering import render_card, render_license, render_notice

__all__ = [
    "check_card",
    "counted",
    "cut_card",
    "dedup_told",
    "foreign_head",
    "front_matter",
    "merge_card",
    "ordered",
    "ordered_configs",
    "render_card",
    "render_figures",
    "render_license",
    "render_notice",
    "yaml_text",
]
