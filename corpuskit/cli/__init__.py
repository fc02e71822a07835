"""The command line: one file a command, each a translation of arguments into one library call.

To add a command: write its file with a click command and add one line to `COMMANDS`.
"""

import sys

import click

from corpuskit.cli.build import build
from corpuskit.cli.card import card
from corpuskit.cli.init import init
from corpuskit.cli.publish import publish
from corpuskit.cli.serve import serve
from corpuskit.cli.validate import validate
from corpuskit.cli.verify import verify

COMMANDS = (init, validate, build, verify, card, publish, serve)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="corpuskit", message="corpuskit %(version)s")
def root() -> None:
    """Package text corpora for release: every record accounted for.

    Exit codes: 0 clean; 1 findings of severity error, or a build or publication refused; 2 usage or configuration;
    3 input or output; 11 busy.
    """


for command in COMMANDS:
    root.add_command(command)


def main() -> None:
    """Run the command line; failures become one sentence on stderr and an exit code."""
    from corpuskit.cli.running import run

    sys.exit(run(root))
