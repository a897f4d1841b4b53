"""Names that must not be: of files that say nothing, of kinds where the code is for all kinds, of
one machine's folders; and binary floating point where numbers are exact."""

import re

import tree

_BANNED = re.compile(
    r"(?:^|[/_])(?:utils?|common|helpers?|managers?|misc)(?=[./_]|$)", re.IGNORECASE
)

KIND_FREE = ("core/store/", "core/sync/", "core/http/")

# Exact numbers everywhere a quantity or money passes through.
EXACT = ("core/", "proto/", "connectors/", "plugins/abi/", "plugins/sdk/")
# Ratios and scores that are no quantity: path -> why.
FLOATING_ALLOWED = {
    "core/http/hub_state.cc": "Prometheus' gauges are doubles; money and quantities are not shown",
    "core/http/metrics.cc": "seconds and counts, as Prometheus wants them",
}

# Written so that this file does not match itself.
_MACHINE = re.compile(
    r"(?<![\w~.$})])(?:/wor[k]/[a-z]|/hom[e]/[a-z]|/roo[t]/[a-z.]|/User[s]/[a-zA-Z])"
)


def banned_file_names():
    for path in tree.tracked_files():
        match = _BANNED.search(path)
        if match and path.endswith(tree.CPP + (".proto", ".py", ".ts")):
            name = match.group().strip("/_")
            yield tree.Finding(
                path, 1, f'"{name}" says nothing: name the file by the one concept in it'
            )


def kinds():
    """The kinds' names in Record.body: {"stock_level": "StockLevel", …}."""
    record = tree.without_comments(tree.read("proto/entrepot/v1/record.proto"))
    body = re.search(r"oneof body \{(.*?)\}", record, re.DOTALL).group(1)
    return {field: message for message, field in re.findall(r"(\w+) (\w+) = \d+;", body)}


def kind_names_in(path, text, names):
    """Kinds that a source names: as types, as Kind's values, as texts and as Record's fields."""
    types = "|".join(names.values())
    fields = "|".join(names)
    pattern = re.compile(
        rf'\bv1::(?:{types})\b|\bKind::k(?:{types})\b|\bk(?:{types})\b|"(?:{fields})"'
        rf"|(?:\.|->)(?:has_|mutable_)?(?:{fields})\(\)"
        rf"|entrepot/v1/(?:{fields})\.pb\.h"
    )
    source = tree.without_comments(text)
    for match in pattern.finditer(source):
        yield tree.Finding(
            path, tree.line_of(source, match.start()),
            f"{match.group()} names a kind: this folder is for all kinds alike "
            "(read domain::KindInfo instead)",
        )


def kind_names():
    names = kinds()
    for path in tree.tracked_files():
        if path.startswith(KIND_FREE) and path.endswith(tree.CPP):
            yield from kind_names_in(path, tree.read(path), names)


def floating_point_in(path, text):
    code = tree.code_only(text)
    for match in re.finditer(r"\b(?:double|float|stod|strtod|atof)\b", code):
        yield tree.Finding(
            path, tree.line_of(code, match.start()),
            f"{match.group()}: numbers are exact here (core/domain/decimal.h); what is no quantity "
            "is listed with its reason in tests/tidy/names.py",
        )


def floating_point():
    for path in tree.tracked_files():
        source = path.endswith(tree.CPP + (".proto",))
        if source and path.startswith(EXACT) and path not in FLOATING_ALLOWED:
            yield from floating_point_in(path, tree.read(path))


def machine_paths_in(path, text):
    for match in _MACHINE.finditer(text):
        yield tree.Finding(
            path, tree.line_of(text, match.start()),
            f"{match.group()}… is a folder of one machine only",
        )


def machine_paths():
    for path in tree.tracked_files():
        if not path.endswith((".png", ".db", ".so", ".ico", ".woff2", "package-lock.json")):
            yield from machine_paths_in(path, tree.read(path))
