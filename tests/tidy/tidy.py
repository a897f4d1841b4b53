#!/usr/bin/env python3
"""Checks the form of the tree. Usage: tidy.py [--build FOLDER] [CHECK…]; without names, all checks
that need no build. Prints one finding a line; exit status 1 when there is one."""

import argparse
import pathlib
import sys

import builds
import layers
import lengths
import names

CHECKS = {
    "layers": layers.check,
    "functions": lengths.functions_check,
    "files": lengths.files_check,
    "file_names": names.banned_file_names,
    "kind_names": names.kind_names,
    "floating_point": names.floating_point,
    "machine_paths": names.machine_paths,
    "headers": builds.headers_without_user,
    "scripts": builds.tests_that_nothing_runs,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path,
                        help="a build folder, for sources and symbols")
    parser.add_argument("checks", nargs="*", metavar="CHECK",
                        help=", ".join([*CHECKS, "sources", "symbols"]))
    arguments = parser.parse_args()
    checks = dict(CHECKS)
    if arguments.build:
        checks["sources"] = lambda: builds.sources_without_target(arguments.build)
        checks["symbols"] = lambda: builds.connector_symbols(arguments.build)
    wanted = arguments.checks or list(checks)
    unknown = [name for name in wanted if name not in checks]
    if unknown:
        parser.error(f"no such check (or it needs --build): {', '.join(unknown)}")
    findings = [finding for name in wanted for finding in checks[name]()]
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
