"""A process that does what it is told: one line of JSON with a deed in, one with what came of it out."""

from __future__ import annotations

import json
import sys
import time
import traceback

import django


def main() -> None:
    django.setup()
    from . import deeds
    from .racing import Refusal, done

    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        time.sleep(max(0.0, order["at"] - time.time()))
        try:
            answer = done(getattr(deeds, order["deed"]), order["arguments"])
        except Exception:
            print(json.dumps({"fault": traceback.format_exc()}), flush=True)
            continue
        if isinstance(answer, Refusal):
            print(json.dumps({"refusal": vars(answer)}), flush=True)
        else:
            print(json.dumps({"answer": answer}), flush=True)


if __name__ == "__main__":
    main()
