"""Which folder may include which, by the table of docs/architecture.md."""

import posixpath
import re

import tree

TABLE = "docs/architecture.md"

# Libraries that are kept to some folders: include path -> who may, and why.
LIBRARIES = [
    (r"sqlite3\.h", r"core/store|connectors/|tests/", "the only SQL is in core/store"),
    (r"grpc(pp)?/|.*\.grpc\.pb\.h",
     r"core/(api|http)/|app/|plugins/runner/|tests/",
     "gRPC ends at core/api and the applications"),
    (r"spdlog/", r"core/base/", "the log is written through core/base/log.h"),
    (r"boost/beast", r"core/http/|tests/", "HTTP is spoken in core/http"),
    (r"prometheus/", r"core/http/|tests/", "parts tell of what they do through core/base/meters.h"),
    (r"boost/dll|dlfcn\.h", r"plugins/|tests/", "libraries are loaded by plugins/host"),
    (r"yaml-cpp/", r"core/config/|app/entrepot/|tests/", "the hub reads YAML in core/config"),
    (r"absl/synchronization/", r"$^", "std::mutex: absl's hides races from the thread sanitizer"),
]
# A connector, and what it includes, links no library that the hub has too (decision 7).
FOREIGN_TO_CONNECTORS = re.compile(r"google/protobuf/|grpc|spdlog/|absl/|fmt/")
# core/domain is pure: no input, no output, no clock, no threads.
IMPURE = re.compile(
    r"core/base/(clock|log)\.h$|absl/time/clock\.h$"
    r"|(fstream|iostream|filesystem|thread|mutex|random|chrono|unistd\.h)$"
)
# kind.cc and check.cc write to the log before they abort on a bug.
IMPURE_ALLOWED = {("core/domain/kind.cc", "core/base/log.h"),
                  ("core/domain/check.cc", "core/base/log.h")}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def read_table(text):
    """{"core/trade": ["core/store"], …} from the first fenced block below "## Folders".

    A row starts with its folders ("plugins/sdk/, sdkgen/") and ends with what it may include in
    brackets, by last name; lines that start with a space go on with the row before.
    """
    block = text.split("## Folders", 1)[1].split("```")[1].strip("\n")
    rows = re.split(r"\n(?=\S)", block)
    named = {}
    for row in rows:
        first, *more = re.match(r"[\w<>/]+/(?:, \w+/)*", row).group().split(", ")
        parent = first.rstrip("/").rsplit("/", 1)[0]
        folders = [first.rstrip("/")] + [f"{parent}/{name.rstrip('/')}" for name in more]
        brackets = re.search(r"\[([\w, ]+)\]\s*$", row)
        for folder in folders:
            named["proto" if folder.startswith("proto/") else folder] = (
                brackets.group(1).split(", ") if brackets else []
            )
    by_last_name = {folder.split("/")[-1]: folder for folder in named}
    return {
        folder: list(named) if names == ["all"] else [by_last_name[name] for name in names]
        for folder, names in named.items()
    }


FOLDERS = read_table(tree.read(TABLE))
# The row of every connector.
CONNECTOR = "connectors/<system>"


def folder_of(path):
    """The folder of the table that a path belongs to; None: the table does not speak of it."""
    parts = path.split("/")
    if parts[0] == "connectors" and len(parts) > 2:
        return "/".join(parts[:2])
    two = "/".join(parts[:2])
    return two if two in FOLDERS else "proto" if parts[0] == "proto" else None


def included_folder(include, from_path, files):
    """The folder that an include names; None: no file of ours."""
    if include.startswith("entrepot/sdk/"):
        return "plugins/sdk"
    if include == "entrepot_connector.h":
        return "plugins/abi"
    if re.match(r"(entrepot|google/rpc)/.*\.pb\.h$", include):
        return "proto"
    if include.startswith("tests/"):
        return "tests"
    sibling = posixpath.join(posixpath.dirname(from_path), include)
    return folder_of(sibling if sibling in files else include)


def allowed(folder):
    """The folder, what its row names, and what those may include."""
    found = set()
    open_ = [folder]
    while open_:
        current = open_.pop()
        if current not in found:
            found.add(current)
            open_ += FOLDERS[CONNECTOR if current.startswith("connectors/") else current]
    return found


def includes_of(text):
    for match in _INCLUDE.finditer(tree.without_comments(text)):
        yield tree.line_of(text, match.start()), match.group(1) or match.group(2)


def check_file(path, text, files):
    folder = folder_of(path)
    connector = path.startswith(("connectors/", "plugins/sdk/", "plugins/abi/"))
    for line, include in includes_of(text):
        target = included_folder(include, path, files)
        if folder and target and target not in allowed(folder):
            yield tree.Finding(path, line, f"{folder} may not include {include} ({target})")
        for pattern, who, why in LIBRARIES:
            if re.match(pattern, include) and not re.match(who, path):
                yield tree.Finding(path, line, f"{include} does not belong here: {why}")
        if connector and FOREIGN_TO_CONNECTORS.match(include):
            yield tree.Finding(path, line, f"a connector must not link {include}'s library")
        impure = folder == "core/domain" and IMPURE.search(include)
        if impure and (path, include) not in IMPURE_ALLOWED:
            yield tree.Finding(path, line, f"core/domain is pure and may not include {include}")


def check():
    files = set(tree.tracked_files())
    for path in sorted(files):
        if path.endswith(tree.CPP):
            yield from check_file(path, tree.read(path), files)
        in_core = re.match(r"(core|plugins|app)/[^/]+/.*\.(h|cc)$", path)
        if in_core and folder_of(path) is None:
            yield tree.Finding(path, 1, f"its folder has no row in {TABLE}")
