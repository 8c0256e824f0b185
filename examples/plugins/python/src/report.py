"""What the plugin computes. Nothing here knows of the host, so plain Python can test it."""

import csv
import difflib
import io
import statistics
from collections import defaultdict
from typing import Any


def summarise(rows: list[dict[str, Any]], group: str, value: str) -> dict[str, dict[str, float]]:
    groups: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        groups[str(row.get(group, ""))].append(float(row.get(value, 0)))
    return {
        name: {
            "count": len(values),
            "sum": round(sum(values), 2),
            "mean": round(statistics.fmean(values), 2),
            "median": round(statistics.median(values), 2),
        }
        for name, values in sorted(groups.items())
    }


def as_csv(summary: dict[str, dict[str, float]], group: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([group, "count", "sum", "mean", "median"])
    for name, figures in summary.items():
        writer.writerow([name, *figures.values()])
    return out.getvalue()


def closest(text: str, items: list[str]) -> str | None:
    by_lower_case = {item.lower(): item for item in items}
    found = difflib.get_close_matches(text.lower(), by_lower_case, n=1, cutoff=0.4)
    return by_lower_case[found[0]] if found else None
