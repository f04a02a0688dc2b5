#!/usr/bin/env python3
"""Prints what StrangersTests wrote to the file that STRANGERS_REPORT named, the slowest last."""

import csv
import sys

rows = list(csv.DictReader(open(sys.argv[1], newline="")))
columns = ["MB beyond idle", "processor ms", "ms"]
for row in sorted(rows, key=lambda row: float(row["ms"])):
    figures = " ".join(f"{float(row[column]):8.1f}" for column in columns)
    print(f"{figures}  {row['file']}: {row['sentence']}"[:200])
print(f"{' MB':>8} {'cpu ms':>8} {'ms':>8}  {len(rows)} files; at most "
      + ", ".join(f"{max(float(row[column]) for row in rows):.1f} {column}" for column in columns))
