"""The command line: the only place that prints and exits.

Exit codes: 0 answered, 1 the documents do not answer or allow no promise, 2 wrong usage or nothing readable, 130 after
Control-C, 143 after SIGTERM. Answers go to stdout and nothing else does.

Each command is a module, imported when it is given: `qa --help` is quick, and Control-C finds `main` listening.
"""

from qa.cli.entry import main

__all__ = ["main"]
