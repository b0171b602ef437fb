"""Translation catalogues: collects the texts of every room, compiles, checks. Run by `scripts/messages`.

Source texts are Japanese. A room that is a Django app keeps its catalogues beside its code
(`<room>/locale/<locale>/LC_MESSAGES/django.po`), everything else shares the folder `locale/` at the root; so two
people who translate two rooms never write into one file. Texts are found by reading the syntax tree of Python
files and Django's own reading of templates; Babel reads and writes the catalogues, so that no gettext tools are
needed on the machine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "kuyakusho"
SHARED = ROOT / "locale"
# Folders of catalogues → the locale whose plural rules they follow. Plain Japanese is a catalogue of ours.
LOCALES = {
    "en": "en",
    "ja": "ja",
    "ja_Easy": "ja",
    "ko": "ko",
    "ne": "ne",
    "pt": "pt",
    "vi": "vi",
    "zh_Hans": "zh_Hans_CN",
    "zh_Hant": "zh_Hant_TW",
}
COMPLETE = ("en",)  # catalogues that must lack nothing
FALLS_BACK = ("ko", "ne", "pt", "vi", "zh_Hans", "zh_Hant")  # on English, where a text is missing
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")

_ONE = {"gettext", "gettext_lazy", "gettext_noop", "_"}
_MANY = {"ngettext", "ngettext_lazy"}
_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_MANY_IN_CONTEXT = {"npgettext", "npgettext_lazy"}
_CALLS = _ONE | _MANY | _IN_CONTEXT | _MANY_IN_CONTEXT
_STRING = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_TEMPLATE_CALL = re.compile(
    rf"\b(gettext|ngettext|pgettext|npgettext|_)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)"
)
_PLACE = re.compile(r"%\((\w+)\)[sd]")


Memory = dict[tuple[str, str, str, str], str | tuple[str, ...]]


@dataclass(frozen=True)
class Text:
    """A text to translate, and the file it stands in."""

    singular: str
    plural: str = ""
    context: str = ""
    file: str = ""


def room_of(file: Path) -> Path:
    """The folder whose `locale/` holds the texts of a source file."""
    for folder in file.parents:
        if (folder / "apps.py").exists():
            return folder
        if folder == PACKAGE:
            break
    return ROOT


def sources() -> Iterator[Path]:
    """Every file that may hold texts, in a steady order."""
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix not in (".py", ".html", ".txt") or not file.is_file():
            continue
        inside = file.relative_to(PACKAGE).parts
        if "migrations" in inside or "tests" in inside or "static" in inside:
            continue
        if file.suffix != ".py" and "templates" not in inside:
            continue
        yield file


def texts_of(file: Path) -> list[Text]:
    """The texts of one file. Raises SyntaxError where a text is not written out (an f-string, a variable)."""
    name = str(file.relative_to(ROOT))
    if file.suffix == ".py":
        return [_text(function, args, name) for function, args in _python_calls(file)]
    return [_text(function, args, name) for function, args in _template_calls(file)]


def _python_calls(file: Path) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if function not in _CALLS or not node.args:
            continue
        args = []
        for arg in node.args:
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                args.append(arg.value)
            else:
                break
        if args:
            yield function, args
        elif isinstance(node.args[0], ast.JoinedStr):
            raise SyntaxError(f"{file}:{node.lineno}: a text to translate can't be an f-string; use %(name)s")


def _template_calls(file: Path) -> Iterator[tuple[str, list[str]]]:
    for match in _TEMPLATE_CALL.finditer(templatize(file.read_text(encoding="utf-8"), origin=str(file))):
        yield match[1], [ast.literal_eval(string) for string in re.findall(_STRING, match[2])]


def _text(function: str, args: list[str], file: str) -> Text:
    if function in _MANY and len(args) > 1:
        return Text(args[0], plural=args[1], file=file)
    if function in _IN_CONTEXT and len(args) > 1:
        return Text(args[1], context=args[0], file=file)
    if function in _MANY_IN_CONTEXT and len(args) > 2:
        return Text(args[1], plural=args[2], context=args[0], file=file)
    return Text(args[0], file=file)


def collect() -> dict[Path, list[Text]]:
    """The texts of every room, by the room's folder."""
    found: dict[Path, list[Text]] = {}
    for file in sources():
        for text in texts_of(file):
            if text.singular.strip():
                found.setdefault(room_of(file), []).append(text)
    return found


def path_of(room: Path, locale: str) -> Path:
    """Where a room's catalogue is."""
    return room / "locale" / locale / "LC_MESSAGES" / "django.po"


def read(path: Path, locale: str) -> Catalog:
    """A catalogue, empty if there is none yet."""
    if not path.exists():
        return Catalog(locale=LOCALES[locale])
    with path.open("rb") as file:
        return read_po(file, locale=LOCALES[locale])


def update(locales: Iterable[str] = ()) -> list[Path]:
    """Brings the catalogues up to date with the sources: new texts come in untranslated, gone ones leave.

    A text that another room has translated already is taken over from there, so that a text may move.
    Touches the catalogues that exist, those of `COMPLETE`, and those named. Returns the files that changed.
    """
    changed = []
    memory = _memory()
    for room, texts in collect().items():
        for locale in LOCALES:
            path = path_of(room, locale)
            # In Japanese only what isn't Japanese at the source needs a translation: Django's own sentences.
            wanted = [text for text in texts if locale != "ja" or not _JAPANESE.search(text.singular)]
            if not wanted or not (path.exists() or locale in COMPLETE or locale in locales):
                continue
            old = read(path, locale)
            new = Catalog(locale=LOCALES[locale])
            for text in wanted:
                key = (text.singular, text.plural) if text.plural else text.singular
                known = old.get(text.singular, text.context or None)
                string = _kept(known, text) or memory.get(
                    (locale, text.singular, text.plural, text.context), ""
                )
                new.add(key, string, locations=[(text.file, 0)], context=text.context or None)
            if _write(path, new, locale):
                changed.append(path)
    return changed


def _memory() -> Memory:
    """Every translation that there is, by locale, text, plural and context."""
    found: Memory = {}
    for path, locale in catalogues():
        for message in read(path, locale):
            strings = _strings(message)
            if not message.id or not strings or not all(strings):
                continue
            plural = isinstance(message.id, tuple | list)
            found[locale, *_key(message)] = tuple(strings) if plural else strings[0]
    return found


def _key(message: Message) -> tuple[str, str, str]:
    if isinstance(message.id, tuple | list):
        return message.id[0], message.id[1], message.context or ""
    return str(message.id), "", message.context or ""


def _kept(known: Message | None, text: Text) -> str | tuple[str, ...]:
    if known is None or isinstance(known.string, tuple | list) != bool(text.plural):
        return ""
    return tuple(_strings(known)) if text.plural else str(known.string)


def _write(path: Path, catalogue: Catalog, locale: str) -> bool:
    from io import BytesIO

    buffer = BytesIO()
    write_po(buffer, catalogue, sort_output=True, omit_header=True, include_lineno=False, width=110)
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    content = (head + buffer.getvalue().decode()).rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return True


def catalogues() -> list[tuple[Path, str]]:
    """Every catalogue that there is, with its locale."""
    places = [SHARED, *sorted(PACKAGE.rglob("locale"))]
    return [
        (path_of(place.parent, locale), locale)
        for place in places
        for locale in LOCALES
        if path_of(place.parent, locale).exists()
    ]


def compile_all() -> int:
    """Compiles everything when a catalogue is newer than a compiled one. Returns how many were compiled.

    What a language lacks in one room is taken from another room, and else from English: Japanese is the last
    resort of those who read neither. Rooms are compiled together, since Django lays them over each other: a room
    that fell back on English would hide the translation in the next.
    """
    places = [SHARED, *sorted(PACKAGE.rglob("locale"))]
    targets = [
        (place.parent, locale, path_of(place.parent, locale).with_suffix(".mo"))
        for place in places
        for locale in LOCALES
        if path_of(place.parent, locale).exists()
        or (locale in FALLS_BACK and path_of(place.parent, "en").exists())
    ]
    newest = max((path.stat().st_mtime for path, _ in catalogues()), default=0.0)
    if all(target.exists() and target.stat().st_mtime >= newest for *_, target in targets):
        return 0
    memory = _memory()
    for room, locale, target in targets:
        catalogue = read(path_of(room, locale), locale)
        if locale in FALLS_BACK:
            _fill(catalogue, read(path_of(room, "en"), "en"), locale, memory)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, catalogue)
    return len(targets)


def _fill(catalogue: Catalog, english: Catalog, locale: str, memory: Memory) -> None:
    for message in english:
        known = catalogue.get(message.id, message.context) if message.id else None
        if not message.id or (known is not None and all(_strings(known))):
            continue
        key = _key(message)
        string = memory.get((locale, *key))
        if string is None and ("en", *key) in memory:
            found = memory["en", *key]
            # The last English form is the plural one: right for languages that know one form for all numbers.
            string = tuple(list(found)[-1:] * catalogue.num_plurals) if isinstance(found, tuple) else found
        if string is not None:
            catalogue.delete(message.id, message.context)
            catalogue.add(message.id, string, context=message.context)


def faults() -> list[str]:
    """What is missing or wrong, a sentence each: English must be complete, placeholders must agree everywhere."""
    found = []
    for room, texts in collect().items():
        for locale in COMPLETE:
            path = path_of(room, locale)
            catalogue = read(path, locale)
            for text in dict.fromkeys(texts):
                message = catalogue.get(text.singular, text.context or None)
                strings = _strings(message)
                if not strings or not all(strings):
                    found.append(f"{_shown(path)}: no {locale} for “{text.singular}” ({text.file})")
    for path, locale in catalogues():
        for message in read(path, locale):
            if not message.id:
                continue
            wanted = set(
                _PLACE.findall(message.id[-1] if isinstance(message.id, tuple | list) else message.id)
            )
            for string in _strings(message):
                if string and set(_PLACE.findall(string)) - wanted:
                    found.append(f"{_shown(path)}: “{string}” names a value that “{message.id}” has not")
                elif string and wanted - set(_PLACE.findall(string)) and isinstance(message.id, str):
                    found.append(f"{_shown(path)}: “{string}” leaves out a value of “{message.id}”")
    return sorted(set(found))


def _strings(message: Message | None) -> list[str]:
    if message is None:
        return []
    return list(message.string) if isinstance(message.string, tuple | list) else [str(message.string)]


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
