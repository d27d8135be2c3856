"""What an examination finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass

#: How it is said: all is well; worth knowing; it keeps the kit from working.
WORDS = {"fine": "fine", "note": "note", "fault": "FAULT"}


@dataclass(frozen=True)
class Finding:
    name: str
    #: "fine", "note" or "fault"
    state: str
    says: str
    #: What to type or do; empty where nothing needs mending.
    mend: str = ""

    def lines(self) -> list[str]:
        first = f"{WORDS[self.state]:<6} {self.name}: {self.says}"
        return [first, *(f"       {line}" for line in self.mend.splitlines())]

    def to_dict(self) -> dict[str, str]:
        return asdict(self)
