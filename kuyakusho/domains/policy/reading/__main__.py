"""`python -m kuyakusho.domains.policy.reading FILE`: print a file's policy as JSON, saving nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import UnreadableDocument, parse, read_document


def import_json(path: Path, profile: str | None = None) -> str:
    """The JSON text of an import. Raises `UnreadableDocument`, also for a path that can't be opened."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(
            "no-file", f"ファイル「{path.name}」を開けません。", "ファイルの場所と名前を確かめてください。"
        ) from error
    policy = parse(read_document(data, path.name), profile)
    return json.dumps(policy.to_json(), ensure_ascii=False, indent=2)


def main(arguments: list[str]) -> int:
    """Exit status 0 with JSON on standard output; 1 with a sentence on standard error."""
    if len(arguments) != 1:
        print("使い方: python -m kuyakusho.domains.policy.reading FILE", file=sys.stderr)
        return 2
    try:
        sys.stdout.write(import_json(Path(arguments[0])) + "\n")
    except UnreadableDocument as error:
        print(str(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
