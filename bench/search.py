"""`search`: the index beside a substring scan, 50,000 documents, on SQLite and on PostgreSQL.

Recall must be 1.0 for every query length. Each database runs in a process of its own, because Django has one
default database.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.results import result

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = 50_000
WORDS = [
    "地域",
    "防災",
    "予約",
    "申請",
    "保険",
    "年金",
    "子育て",
    "支援",
    "相談",
    "窓口",
    "講座",
    "教室",
    "訓練",
    "避難",
    "健康",
    "診査",
    "高齢者",
    "障害",
    "福祉",
    "保育",
    "公園",
    "商店街",
    "交通",
    "安全",
    "清掃",
    "活動",
    "団体",
    "連携",
    "情報",
    "発信",
    "区民",
    "参加",
    "開催",
    "実施",
    "推進",
    "周知",
    "啓発",
    "証明書",
    "転入",
    "届出",
    "税",
    "国民",
    "スマートフォン",
    "オンライン",
    "ボランティア",
    "マンション",
    "コミュニティ",
]
PLACES = [f"{a}{b}{c}町" for a in "東西南北中上下新" for b in "山川田浜島原野森" for c in "一二三"]
QUERIES = {
    "1 character": ["税", "訓"],
    "2 characters, common": ["予約", "申請", "防災"],
    "3 characters": ["子育て", "商店街"],
    "6 and more": ["スマートフォン", "コミュニティ"],
    "rare place": ["東山一町", "新森三町"],
    "two words": ["防災 予約", "子育て 相談"],
}


def documents() -> list[tuple[str, str]]:
    """Titles and bodies of about 160 characters, the same in every run."""
    draw = random.Random(20261122)
    made = []
    for n in range(DOCUMENTS):
        body = "".join(draw.choice(WORDS) + draw.choice("をにでがはの、。") for _ in range(38))
        made.append((f"{draw.choice(WORDS)}の{draw.choice(WORDS)}{n}", body + draw.choice(PLACES)))
    return made


def measure() -> None:
    """Runs inside the child process: fills the database, measures, prints JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuyakusho.site.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from kuyakusho.core.search.bigrams import terms
    from kuyakusho.core.search.queries import matching
    from kuyakusho.core.search.services import Findable, index, tidy
    from kuyakusho.core.wards.models import Ward

    call_command("migrate", verbosity=0)
    ward = Ward.objects.create(
        slug="b", official_code="1", name="b", name_kana="b", name_en="b", style="osaka"
    )
    began = time.perf_counter()
    made = documents()
    for start in range(0, len(made), 5_000):
        index(
            ward,
            [
                Findable("n", f"n{start + i}", t, b, "/")
                for i, (t, b) in enumerate(made[start : start + 5_000])
            ],
        )
    tidy()
    built = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    def ours(query: str, limit: int) -> list[int]:
        return matching(ward.pk, terms(query), "ja", limit)

    def scan(query: str, limit: int) -> list[int]:
        wanted = terms(query)
        like = "(folded_title LIKE %s OR folded_body LIKE %s)"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM search_searchdocument WHERE ward_id = %s AND "
                + " AND ".join([like] * len(wanted))
                + " ORDER BY id DESC",
                [ward.pk, *(f"%{t}%" for t in wanted for _ in (1, 2))],
            )
            return [row[0] for row in cursor.fetchall()][:limit]

    def timed(call: Any, query: str, limit: int, times: int) -> float:
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            call(query, limit)
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    answer: dict[str, Any] = {"vendor": connection.vendor, "built_s": built, "classes": {}}
    for name, queries in QUERIES.items():
        recall, extra, speed = [], 0, []
        for query in queries:
            truth, got = set(scan(query, 10**9)), set(ours(query, 10**9))
            recall.append(len(truth & got) / len(truth) if truth else 1.0)
            extra += len(got - truth)
        for _ in range(3):  # ours and the scan alternate
            ratios, mine = [], []
            for query in queries:
                slow, quick = timed(scan, query, 20, 3), timed(ours, query, 20, 15)
                ratios.append(slow / quick)
                mine.append(quick * 1000)
            speed.append((statistics.median(ratios), statistics.median(mine)))
        answer["classes"][name] = {
            "recall": min(recall),
            "extra": extra,
            "speed_up": [s for s, _ in speed],
            "ms": [m for _, m in speed],
            "hits": len(truth),
        }
    print(json.dumps(answer))


def run(vendor: str) -> dict[str, Any] | None:
    """Measures one database in a child; None when the machine has no PostgreSQL."""
    var = tempfile.mkdtemp(prefix="kuyakusho-bench-")
    command = [sys.executable, "-c", "from bench.search import measure; measure()"]
    environment = {**os.environ, "KUYAKUSHO_VAR": var, "KUYAKUSHO_MODE": "demo", "DATABASE_URL": ""}
    try:
        if vendor == "postgresql":
            if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
                return None
            command = [str(ROOT / "scripts/postgres"), *command]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return json.loads(done.stdout.strip().splitlines()[-1])
    finally:
        shutil.rmtree(var, ignore_errors=True)


def search() -> list[dict[str, Any]]:
    """Speed-up of the first 20 hits over a scan, and recall, by kind of query and database."""
    results = []
    for vendor in ("sqlite", "postgresql"):
        answer = run(vendor)
        for name, row in (answer["classes"] if answer else {}).items():
            results.append(
                result(
                    path="search",
                    metric="first 20 hits, speed-up over a scan",
                    params={"database": vendor, "query": name, "documents": DOCUMENTS, "hits": row["hits"]},
                    values=row["speed_up"],
                    better="higher",
                    goal=1000 if "common" in name else None,
                    product={
                        "ms": round(statistics.median(row["ms"]), 3),
                        "built_s": round(answer["built_s"], 1),
                    },
                    limit={"name": "LIKE scan, all hits sorted"},
                    checks={"recall is 1.0": row["recall"] == 1.0, "nothing besides": row["extra"] == 0},
                )
            )
    return results


BENCHMARKS = {"search": search}
