"""Audit lines stay: they name nobody, and a chain with a gap proves nothing."""

from kuyakusho.core.retention import keep

keep(
    "audit.AuditLine",
    "for ever",
    owner="auditors of the ward",
    why="references only, no personal data; removing a line would break the chain",
)
keep("audit.Chain", "for ever", owner="auditors of the ward", why="the signed end of the ward's chain")
