"""The tree that tidy looks at: tracked files, and C++ and proto sources without their comments."""

import dataclasses
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

CPP = (".h", ".cc", ".c")

# What stands between code: comments, texts (raw ones too) and characters. Digit separators (1'000)
# are no characters, so a quote after a digit or letter opens none.
_TOKEN = re.compile(
    r"""//[^\n]*(?:\\\n[^\n]*)*"""
    r"""|/\*.*?\*/"""
    r"""|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)\""""
    r'''|"(?:\\.|[^"\\\n])*"'''
    r"""|(?<![0-9A-Za-z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'""",
    re.DOTALL,
)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing to mend, as an editor can jump to it."""

    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


def tracked_files(root=ROOT):
    """Paths of the files that a fresh clone has; without git, of all that are not built."""
    answer = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False
    )
    if answer.returncode == 0:
        paths = [path for path in answer.stdout.split("\0") if path]
    else:
        paths = [
            path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()
        ]
        paths = [path for path in paths if not re.search(r"(^|/)(build|node_modules|\.git)/", path)]
    return sorted(path for path in paths if (root / path).is_file())


def read(path, root=ROOT):
    return (root / path).read_text(encoding="utf-8", errors="replace")


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same lines and columns with comments blanked; texts stay."""
    return _TOKEN.sub(
        lambda m: _blank(m.group()) if m.group().startswith("/") else m.group(), text
    )


def code_only(text):
    """The same lines and columns with comments and texts blanked."""
    return _TOKEN.sub(lambda m: _blank(m.group()), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
