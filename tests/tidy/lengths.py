"""Lengths: a function ends after 70 lines, a file after 600."""

import ast
import re

import tree

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
FILE_LINES_AIM = 500

_CLASS = re.compile(r"(?:template\s*<.*>\s*)?(?:class|struct|union|enum)\b[^()]*", re.DOTALL)
# The text of extern "C" is blank by then.
_NAMESPACE = re.compile(r"(?:inline\s+)?namespace\b|extern\s*$")
_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)


def _kind_of_block(header):
    header = header.strip()
    if header.count("(") != header.count(")"):
        return "argument"  # "void F(Facts facts = {}) {": the header goes on behind it
    if _NAMESPACE.match(header):
        return "scope"
    if _CLASS.fullmatch(header) and "=" not in header:
        return "scope"
    return "function" if "(" in header else "value"


def functions(text):
    """(first line, last line, header) of every function with a body, in a C++ source.

    Bodies inside a function (lambdas, local classes) belong to it.
    """
    code = _PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), tree.code_only(text))
    stack = []  # (kind, start of the header) of the open blocks
    header_at = 0
    for match in re.finditer(r"[{};]", code):
        at, sign = match.start(), match.group()
        inside = any(kind != "scope" for kind, _ in stack)
        if sign == "{":
            kind = "value" if inside else _kind_of_block(_label_free(code[header_at:at]))
            stack.append((kind, header_at))
            if kind == "scope":
                header_at = at + 1
        elif sign == "}":
            if not stack:
                continue
            kind, started_at = stack.pop()
            inside = any(kind != "scope" for kind, _ in stack)
            # A member's initialiser: "a_{1}, b_{2} {": the body is still to come.
            body_comes = kind == "argument" or (
                kind == "function" and re.match(r"\s*[,{]", code[at + 1 :])
            )
            if inside or body_comes:
                continue
            if kind == "function":
                yield _lines(code, started_at, at)
            header_at = at + 1
        elif not inside:
            header_at = at + 1


def _label_free(header):
    return re.sub(r"\b(?:public|private|protected)\s*:(?!:)", "", header)


def _lines(code, started_at, ended_at):
    labels = re.match(r"(?:\s|\b(?:public|private|protected)\s*:(?!:))*", code[started_at:])
    first = started_at + labels.end()
    header = code[first:ended_at].split("{", 1)[0]
    return tree.line_of(code, first), tree.line_of(code, ended_at), " ".join(header.split())


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno, node.name


def check_functions(path, text):
    found = python_functions(text) if path.endswith(".py") else functions(text)
    for first, last, header in found:
        length = last - first + 1
        if length > FUNCTION_LINES_MAX:
            yield tree.Finding(
                path, first,
                f"{length} lines, at most {FUNCTION_LINES_MAX}: cut a part out of {header[:80]}",
            )


def functions_check():
    for path in tree.tracked_files():
        if path.endswith(tree.CPP + (".py",)):
            yield from check_functions(path, tree.read(path))


def files_check():
    for path in tree.tracked_files():
        if not path.endswith(tree.CPP + (".py", ".proto", ".ts", ".cmake", ".txt")):
            continue
        lines = tree.read(path).count("\n")
        if lines > FILE_LINES_MAX:
            yield tree.Finding(
                path, lines, f"{lines} lines, at most {FILE_LINES_MAX}: split it by concept"
            )
        elif lines > FILE_LINES_AIM:
            print(f"{path}: {lines} lines, more than the {FILE_LINES_AIM} aimed at")
