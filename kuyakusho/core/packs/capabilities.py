"""The names by which packs speak of the rooms of the house. A name stays, whether its room is built yet or not."""

CAPABILITIES = (
    "policy", "counters", "procedures", "programmes", "lending", "townmap", "rally", "community", "safety",
    "reports", "disaster", "sensors", "voice", "meetings", "care", "publishing", "conduct", "inspections",
)  # fmt: skip

# Rooms of the core and engines that give figures too.
FOUNDATIONS = ("accounts", "outbox", "wards")
