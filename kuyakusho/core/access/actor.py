"""Who does something: what the audit line names. A reference, never a name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`kind` is staff, resident, key, visitor or system; `reference` a public id or the name of a job."""

    kind: str
    reference: str = ""

    @classmethod
    def system(cls, name: str) -> Actor:
        """A job or a command."""
        return cls("system", name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.reference}" if self.reference else self.kind


VISITOR = Actor("visitor")
