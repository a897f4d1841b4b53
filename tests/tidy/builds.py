"""Files that nothing builds, includes or runs."""

import json
import posixpath
import re

import layers
import tree

# Built, but not by the build that runs this: prefix -> by what.
BUILT_ELSEWHERE = {
    "examples/": "a build of their own against the installed SDK",
    "tests/fuzz/": "clang, with ENTREPOT_FUZZ",
}
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
        name = posixpath.basename(path)
        if re.fullmatch(r".*(_test|^test_.*)\.(py|sh)", name) and name not in lists:
            yield tree.Finding(path, 1, "no CMakeLists.txt runs it")
