"""`python -m kuyakusho.live`: the front door as a process. Settings come from the environment."""

from __future__ import annotations

import sys

import uvloop

from .server import serve
from .settings import BadSetting, read


def main() -> int:
    """0 after a stop that was asked for, 2 for a setting that can't be read."""
    try:
        settings = read()
    except BadSetting as fault:
        print(f"The front door does not start: {fault}", file=sys.stderr)
        return 2
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
