"""Measuring the tool: question sets in, figures out. From a checkout: `python -m eval --help`."""
