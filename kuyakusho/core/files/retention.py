"""A file's room says until when it is kept; the row stays a while longer, to say that it was removed."""

from kuyakusho.core.retention import days, keep

keep(
    "files.StoredFile",
    days(400),
    after="removed_at",
    owner="the section whose room stored it",
    why="the content goes on the day that the room names (remove_on); the bare row answers what became of it",
)
