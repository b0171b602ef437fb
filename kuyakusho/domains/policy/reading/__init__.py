"""Reading a ward's policy as it was published: from a file to a tree of nodes with its provenance.

    source = read_document(data, filename)      # text, HTML, PDF, DOCX, XLSX → one source text
    policy = parse(source)                      # → tree, spans, repairs, doubts
    policy.to_json()

Pure Python: no Django, no database, no network. Nothing is invented (every word of a node is a range of the
source text) and nothing is lost (every character that is not white space is owned by one node or attached
to one).
"""

from __future__ import annotations

from .errors import UnreadableDocument
from .model import KINDS, ImportedPolicy, Node
from .parsing import parse
from .profiles import PROFILES, Profile
from .readers import MAX_BYTES, read_document
from .source import SourceText

__all__ = [
    "KINDS",
    "MAX_BYTES",
    "PROFILES",
    "ImportedPolicy",
    "Node",
    "Profile",
    "SourceText",
    "UnreadableDocument",
    "parse",
    "read_document",
]
