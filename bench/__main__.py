"""`make bench [NAME=…]`: runs the benchmarks, writes one JSON file each, prints them."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
import time
from pathlib import Path

from rich.console import Console

import bench

RESULTS = Path(__file__).parent / "results"
NOT_BENCHMARKS = {"__main__", "results", "office"}


def benchmarks() -> dict:
    """Every benchmark by name, found by listing this folder."""
    os.environ.setdefault("KUYAKUSHO_MODE", "demo")
    found = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if module.name not in NOT_BENCHMARKS:
            found.update(getattr(importlib.import_module(f"bench.{module.name}"), "BENCHMARKS", {}))
    return found


def main(names: list[str]) -> int:
    """Runs what is named, or everything. Returns 1 when a correctness check failed."""
    console = Console()
    known = benchmarks()
    if unknown := [name for name in names if name not in known]:
        console.print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
        return 2
    RESULTS.mkdir(exist_ok=True)
    rows, failed = [], False
    for name in names or sorted(known):
        console.print(f"[bold]▸ {name}[/bold]")
        began = time.perf_counter()
        results = known[name]()
        (RESULTS / f"{name}.json").write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
        console.print(f"  {time.perf_counter() - began:.0f} s")
        rows += results
    for row in rows:
        wrong = [check for check, held in row["checks"].items() if not held]
        failed |= bool(wrong)
        parameters = ", ".join(f"{k}={v}" for k, v in row["params"].items())
        goal = f"goal {row['goal']:g}" if row["goal"] is not None else ""
        console.print(
            f"{row['path']:<14} {row['metric']} [dim]({parameters})[/dim]\n"
            f"{'':<14} [bold]{row['value']:.4g}[/bold] {goal}, {row['better']} is better, beside "
            f"{row['limit']['name']}, spread {row['spread']}{' noisy' if row['noisy'] else ''}, "
            + (
                "[red]FAILED: " + ", ".join(wrong) + "[/red]"
                if wrong
                else f"{len(row['checks'])} checks held"
            ),
            highlight=False,
            soft_wrap=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
