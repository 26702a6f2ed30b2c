#!/usr/bin/env python3
"""Writes the table of formats in docs/FORMATS.md between its marks, from the descriptors in rag-text.

    scripts/formats/table.py READER

READER is the built example `read_document` of rag-text.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "FORMATS.md"


def main():
    run = subprocess.run([sys.argv[1], "--formats"], capture_output=True, text=True, check=True)
    rows = ["| format | name, media type | extensions | read | left out or refused |", "|---|---|---|---|---|"]
    for row in json.loads(run.stdout):
        extensions = " ".join(row["extensions"])
        rows.append(f"| {row['title']} | `{row['name']}`, {row['media_types'][0]} | {extensions} | {row['reads']} | {row['leaves_out']} |")
    table = "<!-- formats -->\n" + "\n".join(rows) + "\n<!-- end -->"
    page = PAGE.read_text()
    PAGE.write_text(re.sub(r"<!-- formats -->.*?<!-- end -->", lambda _: table, page, flags=re.DOTALL))


if __name__ == "__main__":
    main()
