#!/usr/bin/env python3
"""Differences between the hub and a real database, planted by hand while traffic runs: all are found,
each with its cause, none is invented, and what was missed is repaired."""

import json
import pathlib
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from hub import ROOT, Hub

CLIENTS = 200
CONFIG = """
hub: {data_folder: data, listen: "127.0.0.1:0", time_zone: UTC, currency: EUR}
connections:
  desk:
    connector: csv
    options: {folder: exchange, settle: 0s}
    datasets:
      clients:
        kind: client
        options: {files: "clients*.csv", content: changes}
        mapping: {key: [code], fields: {code: code, name: {from: name, required: true}}}
      products:
        kind: product
        options: {files: "products*.csv", content: changes}
        mapping: {key: [sku], fields: {sku: sku, name: {from: name, required: true}}}
  crm:
    connector: sql
    interval: 200ms
    options: {%s}
    datasets:
      clients:
        kind: client
        direction: both
        options:
          query: SELECT id, code, name, version FROM clients
          cursor: version
          cursor_key: id
          insert: INSERT INTO clients (code, name) VALUES (:correlation_key, :name) RETURNING id
          update: UPDATE clients SET name = :name WHERE id = :outside_id
          delete: DELETE FROM clients WHERE id = :outside_id
          find: SELECT id FROM clients WHERE code = :correlation_key
        mapping:
          key: id
          fields: {code: {from: code, required: true}, name: {from: name, required: true}}
      products:
        kind: product
        direction: in
        options: {query: "SELECT sku, name, version FROM products", cursor: version, cursor_key: sku}
        mapping: {key: sku, fields: {sku: sku, name: {from: name, required: true}}}
      prices:
        kind: price
        direction: in
        options: {query: "SELECT sku, amount, version FROM prices", cursor: version, cursor_key: sku}
        mapping:
          key: sku
          fields:
            product_id: {from: sku, required: true}
            price_type: {constant: list}
            price: {amount: amount, currency: {constant: EUR}}
"""
TABLES = """
CREATE TABLE clients (id %s, code text, name text NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE TABLE products (sku text PRIMARY KEY, name text, version bigint NOT NULL DEFAULT 0);
CREATE TABLE prices (sku text PRIMARY KEY, amount text, version bigint NOT NULL DEFAULT 0);
"""


class Sqlite:
    options = "driver: sqlite, file: crm.db"
    serial = "integer PRIMARY KEY"

    def __init__(self, folder):
        self.file = folder / "crm.db"
        self.run("PRAGMA journal_mode = WAL")

    def run(self, script):
        connection = sqlite3.connect(self.file, timeout=20)
        try:
            connection.executescript(script)
        finally:
            connection.close()

    def hold(self, where):
        """A write lock, until the returned function is called."""
        connection = sqlite3.connect(self.file, timeout=20, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection.close

    def stop(self):
        pass


class Postgres:
    serial = "serial PRIMARY KEY"

    def __init__(self, _):
        self.folder = tempfile.mkdtemp(prefix="entrepot-pg-", dir="/tmp")
        self.do("start")
        self.options = ("driver: postgresql, host: %s, database: postgres, user: hub, "
                        "lock_time_max: 20s" % self.folder)

    def do(self, verb):
        subprocess.run([ROOT / "tests/postgres.sh", verb, self.folder], check=True)

    def psql(self):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U",
                "hub", "postgres"]

    def run(self, script):
        subprocess.run(self.psql(), input=script, text=True, check=True, capture_output=True)

    def hold(self, where):
        session = subprocess.Popen(self.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        session.stdin.write("BEGIN; SELECT 'held' FROM clients WHERE %s FOR UPDATE;\n" % where)
        session.stdin.flush()
        assert "held" in session.stdout.readline()

        def release():
            session.stdin.close()
            session.wait(20)
            session.stdout.close()
        return release

    def stop(self):
        self.do("destroy")


class VerifyTest:
    """For each database."""

    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="entrepot-verify-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.database = self.Database(self.folder)
        self.version = CLIENTS
        self.changing = threading.Lock()
        self.addCleanup(self.database.stop)
        rows = ",".join("('C-%d', 'Client %d', %d)" % (n, n, n) for n in range(1, CLIENTS + 1))
        self.database.run(TABLES % self.database.serial +
                          "INSERT INTO clients (code, name, version) VALUES " + rows + ";"
                          "INSERT INTO products VALUES ('A', 'Anchor', 1), ('B', 'Bolt', 2), "
                          "('C', 'Cap', 3);"
                          "INSERT INTO prices VALUES ('A', '1.50', 1);")
        self.hub = Hub(self.folder, CONFIG % self.database.options)
        self.hub.start()
        self.addCleanup(self.hub.stop)
        self.sync()

    def sync(self, *names):
        for _ in range(100):  # the connection may be read just now
            done = self.hub.cli("sync", *names, code=None)
            if done.returncode in (0, 5):
                return
            time.sleep(0.1)
        self.fail(done.stderr)

    def drop(self, name, *rows):
        exchange = self.folder / "exchange"
        exchange.mkdir(exist_ok=True)
        (exchange / (name + ".part")).write_text("\n".join(rows) + "\n")
        (exchange / (name + ".part")).rename(exchange / (name + ".csv"))
        self.sync("desk")

    def verify(self, *arguments, code=None):
        done = self.hub.cli("verify", "crm", "--output", "json", *arguments, code=code)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        for event in events:
            self.assertEqual(event.get("dataset", {}).get("error", ""), "", done.stderr)
        return {(e["difference"]["dataset"], e["difference"].get("key") or
                 e["difference"]["outsideId"]):
                e["difference"]["cause"].replace("DIFFERENCE_CAUSE_", "")
                for e in events if "difference" in e}

    def change(self, what, number):
        """As a system does it that counts its changes: they commit in the order of their numbers."""
        with self.changing:
            self.version += 1
            self.database.run("UPDATE clients SET %s, version = %d WHERE code = 'C-%d'" %
                              (what.replace("Moved", "Moved %d" % self.version), self.version,
                               number))

    def traffic(self):
        """Clients beyond number 100 change all the time; ends with the returned function."""
        ended = threading.Event()

        def change():
            while not ended.wait(0.05):
                self.change("name = 'Moved'", 101 + self.version % 100)
        thread = threading.Thread(target=change)
        thread.start()

        def end():
            ended.set()
            thread.join()
        return end

    def plant(self):
        """25 differences."""
        planted = {}
        for n in range(1, 8):  # changed without moving the cursor's column
            self.database.run("UPDATE clients SET name = 'Quiet' WHERE code = 'C-%d'" % n)
            planted["crm/clients", "C-%d" % n] = "MISSED"
        for n in range(11, 16):  # gone
            self.database.run("DELETE FROM clients WHERE code = 'C-%d'" % n)
            planted["crm/clients", "C-%d" % n] = "MISSED"
        for n in range(4):  # come without moving it
            self.database.run("INSERT INTO clients (id, code, name) VALUES (%d, 'N-%d', 'New')" %
                              (9000 + n, n))
            planted["crm/clients", "%d" % (9000 + n)] = "MISSED"
        for n in range(21, 24):  # a name is required
            self.change("name = ''", n)
            planted["crm/clients", "C-%d" % n] = "REFUSED"
        for n, sku in enumerate(("X", "Y", "Z")):  # of products that have not come
            self.database.run("INSERT INTO prices VALUES ('%s', '2', %d)" % (sku, 10 + n))
            planted["crm/prices", sku] = "WAITING"
        self.drop("products", "sku;name", "B;Bolt of the desk", "C;Cap of the desk")
        planted["crm/products", "B"] = planted["crm/products", "C"] = "FOREIGN"
        self.sync("crm")
        return planted

    def test_planted_differences_are_found_and_none_is_invented(self):
        self.assertEqual(self.verify(code=0), {})
        end = self.traffic()
        try:
            planted = self.plant()
            found = self.verify(code=5)
            moving = {name for name, cause in found.items() if cause == "IN_FLIGHT"}
            self.assertLessEqual(moving, {("crm/clients", "C-%d" % n) for n in range(101, 201)})
            found = {name: cause for name, cause in found.items() if name not in moving}
            end()
            # One more, on its way: its row is locked.
            release = self.database.hold("code = 'C-50'")
            try:
                (self.folder / "exchange/one.part").write_text("code;name\nC-50;From the desk\n")
                (self.folder / "exchange/one.part").rename(self.folder / "exchange/clients9.csv")
                self.hub.cli("sync", "desk")
                planted["crm/clients", "C-50"] = "IN_FLIGHT"
                found["crm/clients", "C-50"] = self.verify(code=5).get(("crm/clients", "C-50"))
            finally:
                release()
            self.assertEqual(len(planted), 25)
            self.assertEqual(found, planted)
        finally:
            end()

    def test_what_was_missed_is_repaired(self):
        planted = self.plant()
        self.verify("--repair", code=5)
        left = {name: cause for name, cause in planted.items() if cause != "MISSED"}
        deadline = time.monotonic() + 30
        while self.verify() != left and time.monotonic() < deadline:
            pass
        self.assertEqual(self.verify(), left)


class OfSqlite(VerifyTest, unittest.TestCase):
    Database = Sqlite


class OfPostgres(VerifyTest, unittest.TestCase):
    Database = Postgres


if __name__ == "__main__":
    unittest.main()
