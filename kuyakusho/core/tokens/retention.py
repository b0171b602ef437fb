"""How long a used token is remembered."""

from __future__ import annotations

from kuyakusho.core.retention import days, keep

keep("tokens.SpentToken", days(1), after="expires_at", owner="administration", ward="none: a digest of a token",
     why="after that the token itself is refused for its age")  # fmt: skip
