"""Proposes a corpus.toml for a folder: looks at a sample of what lies there, guesses, and shows the evidence."""

from corpuskit.proposal.guesses import Guess, Proposal, ProposedSource
from corpuskit.proposal.proposing import check_absent, propose, write

__all__ = ["Guess", "Proposal", "ProposedSource", "check_absent", "propose", "write"]
