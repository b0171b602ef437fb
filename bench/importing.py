"""`import`: seconds and peak memory of reading each published source, as text and as PDF, and a long synthetic policy.

Each reading is a process of its own, so that its peak is its own; the cost must grow linearly with the document.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.results import result

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT.parent / "shared" / "source"
SIZES = (1_250, 2_500, 5_000, 10_000)
REPETITIONS = 3

CHILD = """
import json, resource, sys, time
from kuyakusho.domains.policy.reading import parse, read_document
name = sys.argv[1]
data = open(name, "rb").read()
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
policy = parse(read_document(data, name))
seconds = time.perf_counter() - began
answer = policy.to_json()
def count(nodes): return sum(1 + count(n["children"]) for n in nodes)
print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "base_mb": base / 1024, "nodes": count(answer["nodes"]), "coverage": answer["coverage"],
    "characters": len(data.decode("utf-8", "ignore"))}))
"""


def once(path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def as_pdf(text: str, path: Path) -> None:
    """The text as PDF pages, line by line."""
    import typst

    escaped = json.dumps(text, ensure_ascii=False)
    source = path.with_suffix(".typ")
    source.write_text(
        '#set page(paper: "a4", margin: 18mm)\n#set text(font: ("Noto Sans JP", "Noto Sans CJK JP"), size: 9pt)\n'
        f'#let body = {escaped}\n#for line in body.split("\\n") [#text(line) #linebreak()]\n',
        encoding="utf-8",
    )
    fonts = ROOT / "kuyakusho/engines/documents/fonts"
    typst.compile(str(source), output=str(path), font_paths=[str(fonts)] if fonts.exists() else [])


def importing() -> list[dict[str, Any]]:
    """Seconds per document, and how the cost grows from 1,250 to 10,000 nodes."""
    from kuyakusho.domains.policy.reading.synthetic import document

    results = []
    with tempfile.TemporaryDirectory() as folder:
        documents: dict[str, Path] = {}
        for source in sorted(SOURCES.glob("*.txt")):
            documents[f"{source.stem}, text"] = source
            pdf = Path(folder) / f"{source.stem}.pdf"
            as_pdf(source.read_text("utf-8"), pdf)
            documents[f"{source.stem}, PDF"] = pdf
        for name, path in documents.items():
            runs = [once(path) for _ in range(REPETITIONS)]
            results.append(
                result(
                    path="import",
                    metric="seconds to read",
                    params={
                        "document": name,
                        "nodes": runs[0]["nodes"],
                        "coverage": round(runs[0]["coverage"], 4),
                    },
                    values=[run["seconds"] for run in runs],
                    better="lower",
                    goal=None,
                    product={
                        "peak_mb": round(max(run["peak_mb"] for run in runs), 1),
                        "base_mb": runs[0]["base_mb"],
                    },
                    limit=None,
                    checks={"coverage at least 95 %": runs[0]["coverage"] >= 0.95} if "text" in name else {},
                )
            )
        per_node: dict[int, list[float]] = {size: [] for size in SIZES}
        rows: dict[int, dict[str, float]] = {}
        for size in SIZES:
            (Path(folder) / f"{size}.txt").write_text(document(size), encoding="utf-8")
        for _ in range(REPETITIONS):  # sizes alternate
            for size in SIZES:
                rows[size] = once(Path(folder) / f"{size}.txt")
                per_node[size].append(rows[size]["seconds"] / rows[size]["nodes"])
        largest, smallest = SIZES[-1], SIZES[0]
        growth = [big / small for big, small in zip(per_node[largest], per_node[smallest], strict=True)]
        results.append(
            result(
                path="import",
                metric="cost per node of 10,000 nodes beside 1,250 nodes (1 is linear)",
                params={"nodes": rows[largest]["nodes"]},
                values=growth,
                better="lower",
                goal=1.2,
                product={
                    "seconds": round(statistics.median(per_node[largest]) * rows[largest]["nodes"], 2),
                    "peak_mb": round(rows[largest]["peak_mb"], 1),
                    "us_per_node": {
                        size: round(statistics.median(t) * 1e6, 1) for size, t in per_node.items()
                    },
                },
                limit={"name": "the same at 1,250 nodes"},
                checks={"every node is there": rows[largest]["nodes"] >= largest * 0.9},
            )
        )
    return results


BENCHMARKS = {"import": importing}
