"""Files that nothing builds, includes or runs."""

import json
import os
import posixpath
import re
import subprocess

import layers
import tree

# Built, but not by the build that runs this: prefix -> by what.
BUILT_ELSEWHERE = {
    "examples/": "a build of their own against the installed SDK",
    "tests/fuzz/": "clang, with ENTREPOT_FUZZ",
}
# What a connector exports, and nothing else.
ENTRY = "entrepot_connector_entry_v1"
# Two copies of these in one process abort or corrupt it.
_HUB_LIBRARY = re.compile(r"Shared library: \[(lib(?:protobuf|grpc|spdlog|absl)[^\]]*)\]")
# Headers for others to include.
PUBLIC = ("plugins/abi/", "plugins/sdk/include/")


def sources_without_target(build_folder):
    commands = json.loads((build_folder / "compile_commands.json").read_text())
    built = {
        posixpath.normpath(posixpath.join(command["directory"], command["file"]))
        for command in commands
    }
    for path in tree.tracked_files():
        if not path.endswith((".cc", ".c")) or path.startswith(tuple(BUILT_ELSEWHERE)):
            continue
        if str(tree.ROOT / path) not in built:
            yield tree.Finding(path, 1, "no target builds it: add it to a CMakeLists.txt")


def headers_without_user():
    files = set(tree.tracked_files())
    included = set()
    for path in files:
        if path.endswith(tree.CPP):
            for _, include in layers.includes_of(tree.read(path)):
                included |= {include, posixpath.join(posixpath.dirname(path), include)}
    for path in sorted(files):
        if path.endswith(".h") and path not in included and not path.startswith(PUBLIC):
            yield tree.Finding(path, 1, "nothing includes it")


def tests_that_nothing_runs():
    files = tree.tracked_files()
    lists = "\n".join(
        tree.read(path) for path in files if path.endswith(("CMakeLists.txt", ".cmake"))
    )
    for path in files:
        stem, extension = posixpath.splitext(posixpath.basename(path))
        script = extension in (".py", ".sh") and stem.endswith("_test")
        if script and not re.search(rf"\b{stem}\b", lists):
            yield tree.Finding(path, 1, "no CMakeLists.txt runs it")


def symbols_findings(path, defined, needed):
    """`defined`: what nm prints; `needed`: what readelf -d prints."""
    exported = {line.split()[-1].split("@")[0] for line in defined.splitlines()}
    for name in sorted(exported - {ENTRY}):
        yield tree.Finding(path, 1, f"exports {name}: two connectors in one hub could meet in it")
    if ENTRY not in exported:
        yield tree.Finding(path, 1, f"does not export {ENTRY}")
    for library in _HUB_LIBRARY.findall(needed):
        yield tree.Finding(path, 1, f"links {library}, of which the hub has a copy of its own")


def connector_symbols(build_folder):
    """Connectors export their entry and link none of the hub's libraries (decision 7)."""
    connectors = {
        path.split("/")[1] for path in tree.tracked_files() if path.startswith("connectors/")
    } - {"CMakeLists.txt"}
    for name in sorted(connectors):
        library = build_folder / "connectors" / f"{name}.so"
        path = f"connectors/{name}/CMakeLists.txt"
        if not library.exists():
            yield tree.Finding(path, 1, f"{library} is not built")
            continue
        yield from symbols_findings(
            path,
            _output("nm", "-D", "--defined-only", library),
            _output("readelf", "-d", library),
        )


def _output(*command):
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment
    ).stdout
