"""What the front door costs: a snapshot read beside nginx's static file, a page beside no proxy and nginx's.

CPU time of the server's processes per request, servers on one core and wrk on the other, alternated within each
repetition. Ratios are what to trust; absolute numbers are the machine's.
"""

from __future__ import annotations

from typing import Any

from bench.live_floor import PAGE
from bench.live_stage import (
    BODY,
    SNAPSHOT,
    VARIED,
    ask,
    bare,
    front_door,
    granian,
    load,
    nginx,
    program,
    stage,
)
from bench.results import result

REPS = 3


def live_read() -> list[dict[str, Any]]:
    """A 2 KB snapshot from memory: whole, whole with ever different request fields, and 304."""
    if program("wrk") is None:
        return [_missing("live read", "wrk is not on this machine")]
    rows: dict[str, list[float]] = {}
    with stage() as folder:
        servers = {"live": front_door(folder), "nginx": nginx(folder), "bare": bare(folder)}
        try:
            script = folder / "varied.lua"
            script.write_text(VARIED)
            live, peer, floor = servers["live"], servers["nginx"], servers["bare"]
            assert live is not None
            assert floor is not None
            checks, tags = _reads_right(live.port, peer.port if peer else None)
            for _ in range(REPS):
                loads = {
                    "whole": ((), ()),
                    "varied": (("-s", str(script)),) * 2,
                    "304": (("-H", f"If-None-Match: {tags[0]}"), ("-H", f"If-None-Match: {tags[1]}")),
                }
                for name, (ours, theirs) in loads.items():
                    one = load(live, SNAPSHOT, *ours)
                    rows.setdefault(f"live {name}", []).append(one["us"])
                    rows.setdefault(f"live {name} rate", []).append(one["rate"])
                    checks[f"{name}: no error under load"] = one["clean"] or name == "304"
                    if peer is not None:
                        other = load(peer, SNAPSHOT, *theirs)
                        rows.setdefault(f"nginx {name}", []).append(other["us"])
                        rows.setdefault(f"nginx {name} rate", []).append(other["rate"])
                rows.setdefault("bare whole", []).append(load(floor, SNAPSHOT)["us"])
            resident = {name: server.resident() for name, server in servers.items() if server is not None}
        finally:
            for server in servers.values():
                if server is not None:
                    server.stop()
    return _read_results(rows, resident, checks)


def _reads_right(port: int, peer: int | None) -> tuple[dict[str, bool], tuple[str, str]]:
    status, fields, body = ask(port, SNAPSHOT)
    tag = fields["etag"]
    again = ask(port, SNAPSHOT, f"If-None-Match: {tag}")
    theirs = ask(peer, SNAPSHOT) if peer else (200, {"etag": '"none"'}, BODY)
    checks = {
        "the snapshot's bytes": (status, body) == (200, BODY),
        "304 for who has them": (again[0], again[2]) == (304, b""),
        "nginx answers the same bytes": theirs[2] == BODY,
    }
    return checks, (tag, theirs[1]["etag"])


def _read_results(
    rows: dict[str, list[float]], resident: dict[str, float], checks: dict[str, bool]
) -> list[dict[str, Any]]:
    found = []
    goals = {"whole": 1.2, "varied": None, "304": None}
    for name, goal in goals.items():
        theirs = rows.get(f"nginx {name}")
        ours = rows[f"live {name}"]
        product = {"name": "front door", "us": _middle(ours), "rate": _middle(rows[f"live {name} rate"])}
        limit = None
        values = [0.0]
        if theirs:
            limit = {
                "name": "nginx static",
                "us": _middle(theirs),
                "rate": _middle(rows[f"nginx {name} rate"]),
            }
            values = [peer / own for peer, own in zip(theirs, ours, strict=True)]
        found.append(
            result(
                path="live read",
                metric="nginx's CPU per request / ours",
                params={"answer": name, "bytes": len(BODY), "connections": 64},
                values=values,
                better="higher",
                goal=goal,
                product=product,
                limit=limit,
                checks=checks,
            )
        )
    found.append(
        result(
            path="live read",
            metric="our CPU per request / a bare protocol's",
            params={"answer": "whole", "bytes": len(BODY), "connections": 64},
            values=[own / floor for own, floor in zip(rows["live whole"], rows["bare whole"], strict=True)],
            better="lower",
            goal=1.33,
            product={"name": "front door", "us": _middle(rows["live whole"])},
            limit={"name": "uvloop bare protocol", "us": _middle(rows["bare whole"])},
            checks=checks,
        )
    )
    found.append(
        result(
            path="live read",
            metric="resident megabytes after the load",
            params={},
            values=[resident["live"]],
            better="lower",
            goal=23.0,
            product={"name": "front door", "megabytes": round(resident["live"], 1)},
            limit={"name": "uvloop bare protocol", "megabytes": round(resident["bare"], 1)},
            checks={},
        )
    )
    return found


def live_proxy() -> list[dict[str, Any]]:
    """What handing a page over costs: beside nginx doing the same, and as a share of a page of the office."""
    if program("wrk") is None:
        return [_missing("live proxy", "wrk is not on this machine")]
    return [_share_beside_nginx(), _share_of_a_page()]


def _share_beside_nginx() -> dict[str, Any]:
    """8 KB from an application that does nothing, so that what is left is the proxy."""
    rows: dict[str, list[float]] = {"direct": [], "front": [], "nginx": []}
    with stage() as folder:
        pages = granian()
        door = front_door(folder, pages.port)
        peer = nginx(folder, pages.port)
        try:
            checks = {}
            for name, port in (("front door", door.port), ("nginx", peer.port if peer else door.port)):
                checks[f"{name}: 300 pages right"] = all(
                    ask(port, f"/page?n={n}")[2] == PAGE for n in range(300)
                )
            for _ in range(REPS):
                rows["direct"].append(load(pages, "/page", connections=32)["us"])
                through = load(door, "/page", also=(pages,), connections=32)
                rows["front"].append(through["us"])
                checks["no error under load"] = through["clean"]
                if peer is not None:
                    rows["nginx"].append(load(peer, "/page", also=(pages,), connections=32)["us"])
        finally:
            for server in (door, pages, peer):
                if server is not None:
                    server.stop()
    alone = _middle(rows["direct"])
    ours = [through - direct for through, direct in zip(rows["front"], rows["direct"], strict=True)]
    theirs = [through - direct for through, direct in zip(rows["nginx"], rows["direct"], strict=False)]
    return result(
        path="live proxy",
        metric="CPU of handing a page over / nginx's",
        params={"bytes": len(PAGE), "connections": 32},
        values=[own / peer for own, peer in zip(ours, theirs, strict=True)] if theirs else [0.0],
        better="lower",
        goal=1.0,
        product={"name": "front door", "share_us": _middle(ours)},
        limit={"name": "nginx as proxy", "share_us": _middle(theirs), "page_us": alone} if theirs else None,
        checks=checks,
    )


def _share_of_a_page() -> dict[str, Any]:
    """The cheapest page of the office itself: its probe, under all its middleware."""
    rows: dict[str, list[float]] = {"direct": [], "front": []}
    known = ("-H", "X-Kuyakusho-Front: bench", "-H", "Host: localhost")
    with stage() as folder:
        environ = {"KUYAKUSHO_VAR": str(folder), "KUYAKUSHO_FRONT_SECRET": "bench", "KUYAKUSHO_MODE": "demo"}
        pages = granian("kuyakusho.site.serve.pages:application", **environ)
        door = front_door(folder, pages.port)
        try:
            status, _, body = ask(door.port, "/healthz", "Host: localhost")
            checks = {"the probe answers through the front door": (status, body) == (200, b"ok\n")}
            for _ in range(REPS):
                rows["direct"].append(load(pages, "/healthz", *known, connections=32)["us"])
                through = load(door, "/healthz", *known[2:], also=(pages,), connections=32)
                rows["front"].append(through["us"])
                checks["no error under load"] = through["clean"]
        finally:
            door.stop()
            pages.stop()
    return result(
        path="live proxy",
        metric="CPU of a page through the front door / without",
        params={"page": "healthz", "connections": 32},
        values=[ours / alone for ours, alone in zip(rows["front"], rows["direct"], strict=True)],
        better="lower",
        goal=1.12,
        product={"name": "front door", "us": _middle(rows["front"])},
        limit={"name": "no proxy", "us": _middle(rows["direct"])},
        checks=checks,
    )


def _middle(values: list[float]) -> float:
    return round(sorted(values)[len(values) // 2], 2)


def _missing(path: str, why: str) -> dict[str, Any]:
    return result(
        path=path, metric="not measured", params={"why": why}, values=[0.0], better="lower", goal=None,
        product={"name": "front door"}, limit=None, checks={},
    )  # fmt: skip


BENCHMARKS = {"live-read": live_read, "live-proxy": live_proxy}
