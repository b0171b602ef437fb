"""What can go wrong before a single word is read."""

from __future__ import annotations


class UnreadableDocument(Exception):
    """The file can't be read as a policy document.

    `code` is stable (for tests and logs), `sentence` says in Japanese what is wrong, `next_step` what the
    person can do. Nothing of the file's content is repeated in them.
    """

    def __init__(self, code: str, sentence: str, next_step: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.sentence}{self.next_step}"
