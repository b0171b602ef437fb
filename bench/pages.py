"""`pages`: what the front page and a policy page cost beside an empty view and beside nginx, in one run.

The empty view is `/healthz`: the same process, middleware and front door, and nothing of a page.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from bench.office import cost, nginx, office
from bench.results import result

REPETITIONS = 3


def read(address: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    with urlopen(Request(address, headers=headers)) as answer:
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.headers.items()}


def not_modified(address: str, etag: str) -> bool:
    from urllib.error import HTTPError

    try:
        read(address, **{"If-None-Match": etag})
    except HTTPError as answer:
        return answer.code == 304
    return False


def pages() -> list[dict[str, Any]]:
    """CPU per request as a multiple of the empty view's."""
    with office() as server:
        _, body, _ = read(server.address + "/api/v1/osaka-nishi/policy")
        nodes = json.loads(body)["content"]["nodes"]
        node = next(n["id"] for n in nodes if n.get("initiatives"))
        paths = {
            "front page": "/osaka-nishi/",
            "policy tree": "/osaka-nishi/policy/",
            "policy part": f"/osaka-nishi/policy/parts/{node}/",
        }
        bodies, validators = {}, {}
        for name, path in paths.items():
            _, bodies[name], headers = read(server.address + path)
            validators[name] = (
                "etag" in headers
                and "set-cookie" not in headers
                and not_modified(server.address + path, headers["etag"])
            )
        files = {name.replace(" ", "-"): body for name, body in bodies.items()}
        measured: dict[str, dict[str, list[float]]] = {
            name: {"page": [], "empty": [], "nginx": []} for name in paths
        }
        with nginx(files) as peer:
            for _ in range(REPETITIONS):
                for name, path in paths.items():
                    measured[name]["empty"].append(cost(server, "/healthz")[0])
                    measured[name]["page"].append(cost(server, path)[0])
                    if peer:
                        measured[name]["nginx"].append(cost(peer, "/" + name.replace(" ", "-"))[0])
    results = []
    for name, times in measured.items():
        common: dict[str, Any] = {
            "path": "pages",
            "params": {"page": name, "bytes": len(bodies[name])},
            "better": "lower",
            "product": {"us": [round(t, 1) for t in times["page"]]},
            "checks": {"validators, no cookie, 304": validators[name]},
        }
        results.append(
            result(
                metric="CPU per request as a multiple of an empty view",
                values=[page / empty for page, empty in zip(times["page"], times["empty"], strict=True)],
                goal=2.0,
                limit={"name": "empty view /healthz", "us": [round(t, 1) for t in times["empty"]]},
                **common,
            )
        )
        if times["nginx"]:
            results.append(
                result(
                    metric="CPU per request as a multiple of nginx serving the same bytes",
                    values=[page / peer for page, peer in zip(times["page"], times["nginx"], strict=True)],
                    goal=None,
                    limit={"name": "nginx, file", "us": [round(t, 1) for t in times["nginx"]]},
                    **common,
                )
            )
    return results


BENCHMARKS = {"pages": pages}
