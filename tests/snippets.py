# ruff: noqa: E501  # a document reads best as it stands
"""A small document of each textual format, as people write them."""

from __future__ import annotations

import json

SNIPPETS: dict[str, str] = {
    "a.rst": (
        ":Author: Ann Bee\n\n=======\n Title\n=======\n\nSee *the* `manual <http://x.y>`_ and :func:`~foo.bar`, ``lit`` [1]_.\n\n"
        "Section\n-------\n\n.. note:: Mind the\n   gap.\n\n- one\n  more\n\n  - nested\n\n1. first\n2. second\n\nterm\n   means **it**\n\n"
        ".. function:: connect(host)\n\n   Connects.\n\n   :param host: the host\n\n   .. versionadded:: 3.2\n\n"
        ".. code-block:: python\n   :linenos:\n\n   x = 1\n\n=====  =====\nName   Since\n=====  =====\nIrmin  2014\n=====  =====\n\n"
        "+----+----+\n| A  | B  |\n+====+====+\n| c  | d  |\n+----+----+\n\n.. csv-table:: C\n   :header: a, b\n\n   c, d\n\n"
        ".. list-table::\n   :header-rows: 1\n\n   * - X\n     - Y\n   * - z\n     - w\n\n.. [1] A note.\n\nUsage::\n\n  $ run\n\n-v  talk\n"
    ),
    "a.1": (
        '.\\" comment\n.TH LS 1 2020-01-02 GNU\n.SH NAME\nls \\- list \\(bu \\fBall\\fR\n.SH OPTIONS\n.TP\n.BR \\-a ", " \\-\\-all\nshow all\n'
        ".IP \\(bu 2\npoint\n.PP\n.nf\nx = 1\n  y\n.fi\n.RS\n.B bold text\n.RE\n.if n \\{\\\nshown\n.\\}\n.ie t no\n.el yes\n.de XX\nleft out\n..\n"
        ".TS\ntab(;);\nlb lb.\nA;B\n_\nc;T{\nlong\nT};\n.TE\n.SS Sub\n\\*(lqquoted\\*(rq \\[u00E9] \\e \\&.\n"
    ),
    "a.8": (
        ".Dd July 1, 2020\n.Dt SSH 8\n.Os\n.Sh NAME\n.Nm ssh\n.Nd remote login\n.Sh SYNOPSIS\n.Nm ssh\n.Op Fl 46A\n.Op Ar cmd Op Ar arg ...\n"
        ".Sh DESCRIPTION\nSee\n.Xr sshd 8 ,\n.Pa /etc .\n.Bl -tag\n.It Fl F Ar file\nRead\n.Dq it .\n.El\n.Bd -literal\n$ ssh  x\n.Ed\n.Fn open path flags\n"
    ),
    "a.csv": 'Name,Language,"Known for"\nIrmin,OCaml,"storing ""all"",\nlike Git"\nXen,,hypervisor\n,C,nothing\n',
    "a.tsv": "Name\tSince\r\nIrmin\t2014\r\n\t2003\r\n",
    "a.json": json.dumps(
        {
            "name": "proj",
            "port": 8080,
            "tags": ["a", "b"],
            "about": "One.\n\nTwo \u00e9 \ud83d\ude00.",
            "html": "<p>Bold &amp; <b>brave</b></p><p>More</p>",
            "x": [{"title": "T", "deep": {"k": ["v" * 500, {"z": None, "y": True}]}}, {"body": "B" * 450}],
            "data": list(range(200)),
        },
        indent=1,
    ),
    "a.jsonl": '{"id": 1, "text": "The mill."}\n{"id": 2, "text": "The weir \\"broke\\".", "more": {"x": [1, 2]}}\n',
    "a.ipynb": json.dumps(
        {
            "cells": [
                {
                    "cell_type": "markdown",
                    "source": ["# Title\n", "Some *text* &amp; `code`\n", "\n", "| a | b |\n|---|---|\n| c | d |"],
                },
                {
                    "cell_type": "code",
                    "outputs": [
                        {"output_type": "stream", "text": ["42\n", "43"]},
                        {"data": {"text/html": ["<b>"], "text/plain": "<Figure>"}},
                        {"data": {"text/plain": ["array"]}},
                    ],
                    "source": ["x = 6 * 7\n", "print(x)"],
                },
            ],
            "nbformat": 4,
        },
        indent=1,
    ),
    "a.eml": (
        "From: =?utf-8?Q?J=C3=BCrgen?= <j@x.org>\nTo: Ann <a@b.c>\nSubject: =?utf-8?B?Q2Fmw6k=?= opening\n hours\n"
        'Date: Tue, 3 Mar 2020 10:11:12 +0100\nContent-Type: multipart/mixed; boundary="XX"\n\n--XX\n'
        "Content-Type: multipart/alternative; boundary=YY\n\n--YY\nContent-Type: text/plain; charset=utf-8\n"
        "Content-Transfer-Encoding: quoted-printable\n\nThe caf=C3=A9 opens at 8. It closes at =\nsix.\n--YY\n"
        "Content-Type: text/html\n\n<p>html</p>\n--YY--\n--XX\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="menu.pdf"\n\nx\n--XX\nContent-Type: text/html; charset=latin-1\n'
        "Content-Transfer-Encoding: base64\n\nPHA+VGhlIGNhdCBzYXQuPC9wPg==\n--XX--\n"
    ),
    "b.eml": (
        "From: Ann <a@b.c>\nSubject: Re: Opening\nContent-Type: multipart/mixed; boundary=XX\n\n--XX\n\nFrom May on.\n\n"
        "On Mon, 2 Mar 2020, Bob <b@c.d>\nwrote:\n> Since when is it open?\n> > It opens late.\n\nYours\n\n-- \nAnn, 12 Mill Road\n"
        '--XX\nContent-Type: text/markdown; name="plan.md"\nContent-Disposition: attachment; filename="plan.md"\n\n# Plan\n\nOpen *late*.\n'
        '--XX\nContent-Disposition: attachment; filename="rooms.csv"\nContent-Transfer-Encoding: base64\n\nUm9vbSxPd25lcgpCMTIsQm9iCg==\n--XX--\n'
    ),
    "a.mbox": "From a@b Tue Mar  3 10:11:12 2020\nSubject: One\nFrom: a@b\n\nFirst.\n\nFrom c@d Tue Mar  3 10:11:12 2020\nSubject: Two\n\nSecond.\n",
    "a.py": (
        '#!/usr/bin/env python\n"""Module text.\n\n    More of it.\n"""\nimport os  # behind\n\n# Why:\n# - first\n# - second\n\n'
        'def f(a="#no"):\n    r"""Say *so*."""\n    # ----\n    return \'\'\'"""\'\'\'\n'
    ),
    "a.c": '/*\n * Licence.\n *\n * Text.\n */\n#include <x.h>\n\n/** Adds. */\nint add(int a); // behind\n\n// One\n// two.\nchar *s = "/* no */";\n',
    "a.rs": "//! Crate text.\n\n/// Adds `a`.\nfn add<'a>(a: &'a str) -> char { '\"' }\n",
    "a.js": "/**\n * Makes it.\n * @param {string} a name\n */\nexport function f(a) { return `// ${a}`; }\n",
    "a.sh": '#!/bin/sh\n# Starts it.\necho "# no" # behind\n',
    "a.pl": "=head1 NAME\n\nx - text\n\n=cut\n\nmy $n = $#list; # behind\n# Alone.\n",
    "a.sql": "-- All of it.\nselect '--no' /* in */ from t;\n",
    "a.lua": "--[[ Long\n text ]]\nlocal x = 1 -- behind\n",
    "a.hs": "{- | Module -}\nf x = x -- behind\n-- | Doc\n",
    "a.ml": "(** Doc *)\nlet x = 1 (* in *)\n",
    "a.rb": "=begin\nLong\n=end\nx = 1 # behind\n# Alone\n",
    "a.go": "// Package x does.\npackage x\n\nvar s = `// no`\n",
    "a.md": (
        '# T {#t}\n\nA [ref][r], a note[^1].\n\n[r]: http://x\n[^1]: The note.\n\n- [ ] task\n\n!!! note "Title"\n    Text.\n\n> [!TIP]\n> Do.\n\n'
        "| | A |\n|---|---|\n| b | c \\| d |\n\n```sh\nmake\n```\n\nTerm\n: Means.\n\n:::tip Title\nUse.\n:::\n"
    ),
    "a.adoc": (
        "= Title\nAnn Lee <a@b.c>\n:toc:\n\nSee *the* <<g,guide>> and link:x[text], `a*b`.\n\n[[g]]\n== Use\n\n[source,sh]\n----\n$ make\n  all\n----\n\n"
        '-v::\n--verbose::\n\tSay more.\n+\nMuch more.\n\n* one\n** two\n. three\n\n[NOTE]\n====\nMind it.\n====\n\n.Rooms\n[cols="1,2"]\n|===\n|Room |Owner\n\n|B12\n|Bob +\nStone\n|===\n\n'
        "////\nnot this\n////\nOld\n~~~\n\n____\nQuoted.\n____\nTIP: Do.\ninclude::x.adoc[]\n"
    ),
    "a.info": (
        "This is a.info, produced by makeinfo version 6.8 from a.texi.\n\nINFO-DIR-SECTION X\nSTART-INFO-DIR-ENTRY\n* a: (a).  A.\nEND-INFO-DIR-ENTRY\n\n"
        "\x1f\nFile: a.info,  Node: Top,  Next: Run,  Up: (dir)\n\nThe a manual\n************\n\nIt is of a.\n\n* Menu:\n\n* Run::      How to run it,\n             and stop.\n* Index::\n\n"
        "\x1f\nFile: a.info,  Node: Run,  Prev: Top,  Up: Top\n\n1 Run\n*****\n\n1.1 Options\n===========\n\n'-v'\n'--verbose'\n     Say more.\n\n"
        "\x1f\nTag Table:\nNode: Top\x7f120\nEnd Tag Table\n"
    ),
    "a.mdx": "import A from 'a'\n\n<A b={{c: 1}}>\n  Some *text*\n</A>\n",
    "a.html": (
        "<nav>Menu</nav><div class='cookie-banner'>We</div><h1>T</h1><dl><dt>a<dd>b</dl><pre>x\n  y</pre>"
        "<table><tr><th>A<th colspan=2>B<tr><td rowspan=2>c<td>d<td>e<tr><td>f</table><p>&amp;"
    ),
}
