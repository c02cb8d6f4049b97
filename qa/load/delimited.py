"""CSV and TSV -> rows of cells under column headers, each cell with its place in the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from qa.load.protocol import Parsed, TextBuilder
from qa.load.tables import is_header

__all__ = ["parse"]

_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16  # characters that are looked at to tell the delimiter
_SAMPLE_RECORDS = 100
_LINE_END = re.compile(r"\r\n?|\n")

Cell = tuple[int, int, bool]
"""Range of a cell's characters in the source, and whether it is quoted."""


def parse(source: str, start: int = 0) -> Parsed:
    r"""Reads a table from `start` on; its first record holds column headers if it looks like it.

    >>> parse('Name;Known for\nIrmin;"storing ""everything"";\nlike Git"\n').text
    'Name\tKnown for\nIrmin\tstoring "everything";\nlike Git'
    """
    builder = TextBuilder(source)
    delimiter = _delimiter(source, start)
    first = [
        [_value(source, cell) for cell in record]
        for record in islice(_records(source, start, len(source), delimiter), _SAMPLE_RECORDS)
    ]
    headed = bool(first) and is_header(first)
    for number, record in enumerate(_records(source, start, len(source), delimiter)):
        builder.begin("header" if headed and number == 0 else "row")
        for cell in record:
            builder.space("\t")
            _add(builder, source, cell)
    return builder.finish("csv")


def _delimiter(source: str, start: int) -> str:
    """The character by which most of the first records have the same number of cells, and several."""
    end = min(start + _SAMPLE, len(source))
    if end < len(source):
        end = max(source.rfind("\n", start, end), start) or end

    def fit(delimiter: str) -> tuple[float, int]:
        sizes = [len(record) for record in islice(_records(source, start, end, delimiter), _SAMPLE_RECORDS)]
        size, count = Counter(sizes).most_common(1)[0] if sizes else (1, 0)
        return (count / len(sizes), size) if size > 1 else (0.0, 0)

    return max(_DELIMITERS, key=fit)


def _records(source: str, start: int, end: int, delimiter: str) -> Iterator[list[Cell]]:
    """The cells of each record that is not blank. What is quoted wrongly is taken as it stands."""
    quoted = re.compile(rf'[ ]*+"((?:[^"]|"")*+)"[ ]*+(?=[{re.escape(delimiter)}\r\n]|\Z)')
    bare = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")
    record: list[Cell] = []
    at = start
    while at <= end:
        match = quoted.match(source, at, end)
        if match:
            record.append((*match.span(1), True))
        else:
            match = bare.match(source, at, end)
            assert match is not None  # it matches nothing, too
            record.append((*match.span(), False))
        at = match.end()
        if source.startswith(delimiter, at) and at < end:
            at += 1
            continue
        if any(source[first:last].strip() for first, last, _ in record):
            yield record
        record = []
        line_end = _LINE_END.match(source, at, end)
        at = line_end.end() if line_end else end + 1


def _value(source: str, cell: Cell) -> str:
    return source[cell[0] : cell[1]]


def _add(builder: TextBuilder, source: str, cell: Cell) -> None:
    """Adds a cell's text; a quotation mark inside a quoted one is doubled in the source."""
    at, end, quoted = cell
    while at < end:
        mark = source.find('""', at, end) if quoted else -1
        stop = end if mark < 0 else mark + 1
        _add_lines(builder, source, at, stop)
        at = stop + (mark >= 0)


def _add_lines(builder: TextBuilder, source: str, at: int, end: int) -> None:
    while at < end:
        line_end = _LINE_END.search(source, at, end)
        builder.add(source[at : line_end.start() if line_end else end], at)
        if line_end:
            builder.space("\n")
        at = line_end.end() if line_end else end
