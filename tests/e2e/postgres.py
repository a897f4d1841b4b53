"""A private PostgreSQL for tests: tests/postgres.sh from Python, and psql on it.

    with Postgres() as postgres:
        postgres.run("CREATE TABLE t (id serial)")
        postgres.rows("SELECT id FROM t")

`folder` holds its socket: connect with host=folder user=hub dbname=postgres.
"""

import csv
import io
import subprocess
import tempfile

from hub import ROOT

SCRIPT = ROOT / "tests/postgres.sh"


class Postgres:
    def __init__(self, folder=None):
        """The socket's path must be short, therefore a folder in /tmp when none is given."""
        self.folder = str(folder or tempfile.mkdtemp(prefix="entrepot-pg-", dir="/tmp"))
        self.do("start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.do("destroy")

    def do(self, verb):
        """start, stop, crash or destroy."""
        subprocess.run([SCRIPT, verb, self.folder], check=True)

    def restart(self, how="stop"):
        self.do(how)
        self.do("start")

    def psql(self, *words):
        return ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "hub",
                "postgres", *words]

    def run(self, sql):
        """What psql prints, unaligned; several statements are one transaction."""
        done = subprocess.run(self.psql("-A", "-t", "-c", sql), text=True, capture_output=True)
        assert done.returncode == 0, "%s: %s" % (sql[:200], done.stderr)
        return done.stdout.strip()

    def rows(self, sql):
        """A list of tuples of texts; NULL is an empty text."""
        done = subprocess.run(self.psql("--csv", "-t", "-c", sql), text=True, capture_output=True)
        assert done.returncode == 0, "%s: %s" % (sql[:200], done.stderr)
        return [tuple(row) for row in csv.reader(io.StringIO(done.stdout))]

    def cut(self):
        """Ends the hub's sessions, as a firewall or an administrator would. Returns how many."""
        return int(self.run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                            "WHERE usename = 'entrepot'"))


class Psql:
    """A session of its own that takes many statements; it does not say what they answer."""

    def __init__(self, postgres):
        self.process = subprocess.Popen(postgres.psql("-o", "/dev/null"), stdin=subprocess.PIPE,
                                        text=True)

    def send(self, sql):
        self.process.stdin.write(sql + ";\n")
        self.process.stdin.flush()

    def close(self):
        """Returns when all has been done."""
        self.process.stdin.close()
        assert self.process.wait(120) == 0, "psql failed"
