#!/usr/bin/env python3
"""Rows per second of a whole `entrepot sync`, from files on disk to a durable store, beside the sqlite3
shell importing and upserting the same rows in the same run.

    sync_bench.py [--rows 1000000] [--runs 3] [--bin build/release/bin]

For rows in random order and in key order: first load, every row changed, nothing changed. Both sides
are timed as whole processes by the wall clock, one after the other, so that a noisy machine slows
both; quote the ratios. The hub does all it always does: mapping, validation, history, change log, base
digests, FULL durability. The shell imports into a staging table, upserts and drops it (WAL, NORMAL);
"temp" is the same with a temporary staging table.
"""

import argparse
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

WAREHOUSES = 10
GOALS = {("random", "first"): 2.0, ("key", "first"): 1.2, ("random", "changed"): 1.5,
         ("key", "changed"): 1.5, ("random", "nothing"): 5.0, ("key", "nothing"): 5.0}

CONFIG = """
hub: {{data_folder: data, listen: "127.0.0.1:0", time_zone: UTC, currency: EUR, log_level: warn,
      plugin_folders: ["{plugins}"]}}
limits: {{parked_max: 0, dead_letters_max: 0}}
connections:
  catalogue:
    connector: csv
    options: {{folder: catalogue, delimiter: ";", settle: 0s}}
    datasets:
      warehouses:
        kind: warehouse
        options: {{files: "warehouses*.csv", content: full}}
        mapping: {{key: [code], fields: {{code: code, transfer_days: {{constant: "0"}}}}}}
      products:
        kind: product
        options: {{files: "products*.csv", content: full}}
        mapping: {{key: [sku], fields: {{sku: sku, name: name, unit: {{constant: H87}}}}}}
  warehouse:
    connector: csv
    options: {{folder: stock, delimiter: ";", settle: 0s}}
    datasets:
      stock:
        kind: stock_level
        options: {{files: "stock*.csv", content: full}}
        mapping:
          key: [sku, warehouse]
          fields:
            product_id: {{from: sku, required: true}}
            warehouse_id: {{from: warehouse, required: true}}
            on_hand: {{from: on_hand, required: true}}
            reserved: reserved
            as_of: as_of
logistics: {{default_manager: nobody}}
"""

SHELL = """PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS stock(sku TEXT NOT NULL, warehouse TEXT NOT NULL, on_hand TEXT, reserved TEXT,
  as_of TEXT, PRIMARY KEY(sku, warehouse));
CREATE INDEX IF NOT EXISTS stock_warehouse ON stock(warehouse);
CREATE {temp} TABLE staged(sku TEXT, warehouse TEXT, on_hand TEXT, reserved TEXT, as_of TEXT);
.mode csv
.separator ;
.import --skip 1 {file} staged
INSERT INTO stock SELECT * FROM staged WHERE true ON CONFLICT(sku, warehouse) DO UPDATE SET
  on_hand=excluded.on_hand, reserved=excluded.reserved, as_of=excluded.as_of;
DROP TABLE staged;
"""


def write_stock(path, rows, order, bump):
    keys = list(range(rows))
    if order == "random":
        random.Random(7).shuffle(keys)
    with open(path, "w") as file:
        file.write("sku;warehouse;on_hand;reserved;as_of\n")
        for key in keys:
            product, place = divmod(key, WAREHOUSES)
            file.write("SKU-%07d;W%d;%d.5;%d;2026-11-24T08:%02d:00+0000\n"
                       % (product, place, key * 7 % 5000 + bump, key % 11, bump))


class Hub:
    """One entrepotd in a folder of its own."""

    def __init__(self, binaries, folder, rows):
        self.bin, self.folder = binaries, folder
        plugins = binaries.parent / "connectors"
        (folder / "entrepot.yaml").write_text(CONFIG.format(plugins=plugins))
        for name in ("catalogue", "stock"):
            (folder / name).mkdir()
        with open(folder / "catalogue/warehouses.csv", "w") as file:
            file.write("code\n" + "".join("W%d\n" % n for n in range(WAREHOUSES)))
        with open(folder / "catalogue/products.csv", "w") as file:
            file.write("sku;name\n")
            for n in range(rows // WAREHOUSES):
                file.write("SKU-%07d;Product number %d of the catalogue\n" % (n, n))
        self.start()
        self.cli("sync", "catalogue")

    def start(self):
        begun = time.monotonic()
        self.process = subprocess.Popen([self.bin / "entrepotd", "--config", "entrepot.yaml"],
                                        cwd=self.folder, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        return time.monotonic() - begun

    def cli(self, *words):
        subprocess.run([self.bin / "entrepot", "--config", "entrepot.yaml", *words], cwd=self.folder,
                       check=True, stdout=subprocess.DEVNULL)

    def resident_mb(self):
        status = pathlib.Path("/proc/%d/status" % self.process.pid).read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def run_shell(database, file, temp):
    subprocess.run(["sqlite3", "-batch", database], input=SHELL.format(file=file, temp=temp), text=True,
                   check=True, stdout=subprocess.DEVNULL)


def timed(action):
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def one_run(binaries, rows, order, note):
    """Seconds of (hub, shell, shell with a temporary table) for each case, and figures of the hub."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        hub = Hub(binaries, folder, rows)
        files = {}
        for case, bump in (("first", 0), ("changed", 1)):
            files[case] = folder / (case + ".csv")
            write_stock(files[case], rows, order, bump)
        files["nothing"] = files["changed"]
        result = {}
        for number, case in enumerate(("first", "changed", "nothing")):
            shutil.copy(files[case], folder / ("stock/stock%d.csv" % number))
            hub_seconds = timed(lambda: hub.cli("sync", "warehouse"))
            result[case] = (hub_seconds, *(
                timed(lambda: run_shell(folder / ("shell%s.db" % temp), files[case], temp))
                for temp in ("", "TEMP")))
        note["resident MB"] = max(note.get("resident MB", 0), hub.resident_mb())
        hub.stop()
        note["store MB"] = sum(f.stat().st_size for f in (folder / "data").glob("entrepot.db*")) / 1e6
        note["start s"] = hub.start()
        note["resident MB after restart"] = hub.resident_mb()
        hub.stop()
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    options = parser.parse_args()
    binaries = options.bin.resolve()
    print("%d rows, %d runs, %d cores; medians; thousand rows a second"
          % (options.rows, options.runs, os.cpu_count()))
    print("%-8s %-9s %8s %8s %8s %6s %8s %8s" % (
        "order", "case", "hub", "shell", "ratio", "goal", "temp", "ratio"))
    note = {}
    for order in ("random", "key"):
        runs = [one_run(binaries, options.rows, order, note) for _ in range(options.runs)]
        for case in ("first", "changed", "nothing"):
            rate = [options.rows / statistics.median(run[case][side] for run in runs) / 1e3
                    for side in range(3)]
            ratio = [statistics.median(run[case][side] / run[case][0] for run in runs)
                     for side in range(3)]
            print("%-8s %-9s %8.0f %8.0f %7.2fx %5.1fx %8.0f %7.2fx" % (
                order, case, rate[0], rate[1], ratio[1], GOALS[order, case], rate[2], ratio[2]),
                flush=True)
    for name, value in note.items():
        print("%s: %.1f" % (name, value))


if __name__ == "__main__":
    sys.exit(main())
