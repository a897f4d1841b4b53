"""Which folder may include which: the table of docs/architecture.md as data."""

import posixpath
import re

import tree

# A file includes its own folder, what stands here, and what those may include.
FOLDERS = {
    "proto": [],
    "core/base": [],
    "core/domain": ["core/base", "proto"],
    "core/mapping": ["core/domain"],
    "core/config": ["core/mapping"],
    "core/store": ["core/domain"],
    "core/trade": ["core/store"],
    "core/sync": ["core/store", "core/mapping"],
    "core/api": ["core/trade", "core/sync", "core/config"],
    "core/http": ["core/api"],
    "plugins/abi": [],
    "plugins/sdk": ["plugins/abi"],
    "plugins/sdkgen": ["plugins/abi"],
    "plugins/host": ["plugins/abi", "core/sync", "proto"],
    "plugins/runner": ["plugins/abi", "proto"],
    "plugins/conformance": ["plugins/host", "core/sync"],
    "app/places": ["core/base", "proto"],
    "app/entrepotd": ["core/http", "core/api", "core/config", "plugins/host", "app/places"],
    "app/entrepot": [
        "proto", "core/mapping", "core/config", "plugins/conformance", "app/places",
    ],
}
# Every connector: the SDK and nothing else of ours, other connectors included.
CONNECTOR = ["plugins/sdk"]

# Libraries that are kept to some folders: include path -> who may, and why.
LIBRARIES = [
    (r"sqlite3\.h", r"core/store|connectors/|tests/", "the only SQL is in core/store"),
    (r"grpc(pp)?/|.*\.grpc\.pb\.h",
     r"core/(api|http)/|app/|plugins/runner/|tests/",
     "gRPC ends at core/api and the applications"),
    (r"spdlog/", r"core/base/", "the log is written through core/base/log.h"),
    (r"boost/beast", r"core/http/|tests/", "HTTP is spoken in core/http"),
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
            open_ += CONNECTOR if current.startswith("connectors/") else FOLDERS[current]
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
            yield tree.Finding(path, 1, "its folder has no row in tests/tidy/layers.py")
