#!/usr/bin/env python3
"""Rows per second between the whole hub and a PostgreSQL, beside a bare COPY-and-upsert of the same rows by
psql in the same run.

    crm_bench.py [--rows 50000] [--runs 3]

    in    the CRM's table is read: `entrepot sync`, from the call to its end
    out   the hub's clients are written: from the hub's start until the last row is in the table

"first" are new rows, "changed" rows all of which differ. The bare way in is COPY out of the CRM's table, into
a staging table and an upsert into another; the way out is the same from a file. Every commit is durable on
both sides. The hub does all it always does: mapping, bases, history, change log, deliveries, `find` before
every new row. Both are whole processes by the wall clock, one after the other; quote the ratios.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import crm  # noqa: E402  found through the path above
from hub import Hub  # noqa: E402
from postgres import Postgres  # noqa: E402

BARE = """
CREATE TABLE bare (id integer PRIMARY KEY, hub_number text, name text NOT NULL, tax_id text, address text,
                   price_type text, changed_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON bare (changed_at, id);
CREATE INDEX ON bare (hub_number);
ALTER SYSTEM SET fsync = on;
"""
UPSERT = """BEGIN;
CREATE TEMPORARY TABLE staged (id integer, hub_number text, name text, tax_id text, address text,
                               price_type text) ON COMMIT DROP;
\\copy staged FROM '%s'
INSERT INTO bare SELECT * FROM staged ON CONFLICT (id) DO UPDATE SET name = excluded.name,
  tax_id = excluded.tax_id, address = excluded.address, price_type = excluded.price_type, changed_at = now();
COMMIT;
"""
COLUMNS = "id, hub_number, name, tax_id, address, price_type"
SOURCE = """
  %s:
    connector: csv
    options: {folder: exchange, delimiter: ";", settle: 0s}
    datasets:
      clients:
        kind: client
        options: {files: "clients*.csv", content: full}
        mapping: {key: [code], fields: {code: code, name: name, tax_id: tax_id, address: address,
                                        price_type: price_type}}
"""


def timed(action):
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def script(postgres, text):
    """By psql from its standard input, which alone understands \\copy."""
    done = subprocess.run(postgres.psql(), input=text, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def copy_over(postgres, file, out_first):
    """The bare way: out of the table into a file, where it is asked for, and into the other table."""
    if out_first:
        script(postgres, "\\copy (SELECT %s FROM clients) TO '%s'\n" % (COLUMNS, file))
    script(postgres, UPSERT % file)


def new_server():
    postgres = Postgres()
    postgres.run(crm.SCHEMA)
    for statement in BARE.split(";"):
        if statement.strip():
            postgres.run(statement)
    postgres.restart()
    return postgres


def way_in(rows, note):
    with new_server() as postgres, tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "exchange").mkdir()
        postgres.run("INSERT INTO clients (name, tax_id, address, price_type) SELECT 'Client ' || n, 'T' || n,"
                     " 'Street ' || n, 'list' FROM generate_series(1, %d) n" % rows)
        # Without an interval nothing is read before it is asked for.
        config = crm.config(postgres.folder, records_a_call=1000).replace("interval: 2s", "interval: 0s")
        with Hub(folder, config) as hub:
            for case in ("first", "changed"):
                if case == "changed":
                    postgres.run("UPDATE clients SET address = 'Road ' || id")
                note("in", case, timed(lambda: hub.cli("sync", "crm")),
                     timed(lambda: copy_over(postgres, folder / "rows", out_first=True)))


def write_rows(folder, rows, bump):
    with open(folder / "exchange/clients.part", "w") as ours, open(folder / "rows", "w") as bare:
        ours.write("code;name;tax_id;address;price_type\n")
        for n in range(1, rows + 1):
            values = ("C-%d" % n, "Client %d" % n, "T%d" % n, "Street %d/%d" % (n, bump), "list")
            ours.write(";".join(values) + "\n")
            bare.write("%d\t%s\n" % (n, "\t".join(values)))
    (folder / "exchange/clients.part").rename(folder / ("exchange/clients-%d.csv" % bump))


def way_out(rows, note):
    with new_server() as postgres, tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "exchange").mkdir()
        config = crm.config(postgres.folder, records_a_call=1000)
        begin, end = config.index("  crm:\n"), config.index("  warehouse:\n")
        both = config.replace("logistics:", SOURCE.lstrip("\n") % "erp" + "logistics:", 1)
        without = both[:begin] + both[end:]
        for bump, case in enumerate(("first", "changed")):
            write_rows(folder, rows, bump)
            with Hub(folder, without) as hub:
                hub.cli("sync", "erp")
            hub = Hub(folder, both)
            there = "SELECT count(*) FROM clients WHERE address LIKE '%%/%d'" % bump

            def deliver():
                hub.start()
                crm.wait_until(lambda: int(postgres.run(there)) == rows, "all rows are there", 900)

            hub_seconds = timed(deliver)
            hub.stop()
            note("out", case, hub_seconds,
                 timed(lambda: copy_over(postgres, folder / "rows", out_first=False)))
        assert postgres.run("SELECT count(*) FROM clients") == str(rows), "rows are there twice"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    times = {}

    def note(way, case, ours, bare):
        times.setdefault((way, case), []).append((ours, bare))

    for _ in range(options.runs):
        way_in(options.rows, note)
        way_out(options.rows, note)
    print("%d rows, %d runs, %d cores; medians; rows a second" % (options.rows, options.runs,
                                                                  os.cpu_count()))
    print("%-4s %-9s %10s %10s %6s" % ("", "", "hub", "bare", "ratio"))
    for (way, case), pairs in times.items():
        rate = [options.rows / statistics.median(pair[side] for pair in pairs) for side in (0, 1)]
        ratio = statistics.median(bare / ours for ours, bare in pairs)
        print("%-4s %-9s %10.0f %10.0f %6.2f" % (way, case, *rate, ratio))


if __name__ == "__main__":
    sys.exit(main())
