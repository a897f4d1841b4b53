#!/usr/bin/env python3
"""Two systems with the same clients: a CRM (a database, read and written) that owns their names,
and an ERP (files, read) with numbers of its own. Told through the command line."""

import json
import pathlib
import sqlite3
import tempfile
import time
import unittest

from hub import Hub

OK, REFUSED, USAGE, UNREACHABLE, NOT_FOUND, PARTLY = range(6)

CONFIG = """
hub: {data_folder: data, listen: "127.0.0.1:0", time_zone: UTC, currency: EUR}
logistics: {default_manager: olga}
authority:
  client:
    main: {owner: crm}
    terms: {owner: erp}
    legal: {policy: hold}
connections:
  crm:
    connector: sql
    options: {driver: sqlite, file: crm.db}
    datasets:
      clients:
        kind: client
        direction: both
        match: [[tax_id]]
        options:
          query: SELECT id, coalesce(hub_number, 'CRM-' || id) AS code, name, tax_id, address FROM clients
          insert: >
            INSERT INTO clients (hub_number, name, tax_id, address)
            VALUES (:correlation_key, :name, :tax_id, :address) RETURNING id
          update: UPDATE clients SET name = :name, tax_id = :tax_id, address = :address WHERE id = :outside_id
          delete: DELETE FROM clients WHERE id = :outside_id
          find: SELECT id FROM clients WHERE id = :outside_id OR hub_number = :correlation_key
        mapping:
          key: id
          fields: {code: code, name: name, tax_id: tax_id, address: address}
  erp:
    connector: csv
    options: {folder: exchange, delimiter: ";", settle: 0s}
    datasets:
      clients:
        kind: client
        match: [[tax_id]]
        options: {files: "clients*.csv", content: changes}
        mapping:
          key: number
          fields: {code: number, name: name, tax_id: tax, price_type: prices}
"""


class TwoSystemsTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="entrepot-two-")
        self.folder = pathlib.Path(self.scratch.name)
        (self.folder / "exchange").mkdir()
        self.crm = sqlite3.connect(self.folder / "crm.db", isolation_level=None, timeout=30)
        self.crm.execute("PRAGMA journal_mode = WAL")
        self.crm.execute("CREATE TABLE clients (id INTEGER PRIMARY KEY, hub_number TEXT,"
                         " name TEXT, tax_id TEXT, address TEXT)")
        self.files = 0
        self.hub = Hub(self.folder, CONFIG)
        self.hub.start()

    def tearDown(self):
        self.hub.stop()
        self.crm.close()
        self.scratch.cleanup()

    def json(self, *arguments, **options):
        return json.loads(self.hub.cli(*arguments, "--output", "json", **options).stdout)

    def erp_shows(self, *rows):
        self.files += 1
        part = self.folder / "exchange/clients.part"
        part.write_text("\n".join(["number;name;tax;prices", *rows]) + "\n", encoding="utf-8")
        part.rename(self.folder / ("exchange/clients-%03d.csv" % self.files))
        self.hub.cli("sync")

    def client(self, code):
        return self.json("records", "get", "client", code)["record"]["client"]

    def in_crm(self, column="name"):
        return [row[0] for row in self.crm.execute("SELECT %s FROM clients ORDER BY id" % column)]

    def enter_bolts(self):
        self.crm.execute("INSERT INTO clients (name, tax_id) VALUES ('Bolts', '77 01')")
        self.hub.cli("sync", "crm")

    def test_both_know_one_client_and_each_says_its_own_part(self):
        self.enter_bolts()
        self.erp_shows("E-1;Bolts;7701;retail")
        client = self.client("CRM-1")
        self.assertEqual((client["name"], client["priceType"]), ("Bolts", "retail"))
        self.assertEqual(self.hub.cli("conflicts", "list").stdout.count("open"), 1)  # 77 01, 7701

    def test_a_conflict_is_shown_and_decided_for_the_owner_to_take(self):
        self.enter_bolts()
        self.erp_shows("E-1;Bolts;77 01;retail")
        self.erp_shows("E-1;Nuts;77 01;retail")
        listed = self.json("conflicts", "list")["conflicts"]
        self.assertEqual(len(listed), 1)
        self.assertEqual(listed[0]["owner"], "crm")
        self.assertEqual(listed[0]["fields"][0]["theirs"], '"Nuts"')
        number = listed[0]["id"]
        shown = self.hub.cli("conflicts", "show", number).stdout
        self.assertIn("crm owns it", shown)
        self.assertRegex(shown, r'name +"Bolts" +"Nuts" +.* crm/clients')
        self.hub.cli("conflicts", "resolve", number, "--keep", "both", code=USAGE)
        self.hub.cli("conflicts", "resolve", number, "--keep", "theirs")
        self.assertIn("Nuts", self.hub.cli("proposals", "list", "--all").stdout)
        self.hub.cli("sync", "crm")
        self.hub.cli("sync", "crm")
        self.assertEqual(self.in_crm(), ["Nuts"])
        self.assertEqual(self.client("CRM-1")["name"], "Nuts")
        self.assertEqual(self.hub.cli("proposals", "list").stdout, "Nothing is proposed.\n")
        self.hub.cli("conflicts", "resolve", number, "--keep", "hub", code=REFUSED)
        self.hub.cli("conflicts", "show", "99", code=NOT_FOUND)

    def test_a_client_entered_here_is_in_the_crm_once(self):
        (self.folder / "client.json").write_text('{"name": "Cogs", "tax_id": "7702"}')
        for _ in range(2):
            answer = self.json("client", "create", "-f", "client.json", "--request-id", "once")
        code = answer["client"]["client"]["code"]
        for _ in range(2):
            self.hub.cli("sync", "crm")
        self.assertEqual(self.in_crm("hub_number"), [code])
        changed = self.hub.cli("client", "update", code, "-f", "-", input='{"name": "Cogs Ltd"}')
        self.assertIn("is proposed to crm, which owns it", changed.stdout)
        deadline = time.monotonic() + 60
        while self.client(code)["name"] != "Cogs Ltd":
            self.assertLess(time.monotonic(), deadline, "the owner never showed the new name")
            self.hub.cli("sync", "crm")
        self.assertEqual(self.in_crm(), ["Cogs Ltd"])
        refused = self.hub.cli("client", "update", code, "-f", "-", input='{"price_type": "retail"}',
                               code=OK)  # the ERP does not have it yet
        self.assertNotIn("proposed", refused.stdout)

    def test_doubles_are_shown_and_merged(self):
        self.enter_bolts()
        self.crm.execute("INSERT INTO clients (name, tax_id) VALUES ('Bolts Ltd', '7701')")
        self.hub.cli("sync", "crm")
        listed = self.json("duplicates", "list")["doubles"]
        self.assertEqual([d["rule"] for d in listed], ["tax_id"])
        shown = self.hub.cli("duplicates", "show", "client/CRM-1", "client/CRM-2").stdout
        self.assertRegex(shown, r'name +"Bolts" +"Bolts Ltd"')
        self.hub.cli("duplicates", "merge", "client/CRM-1", "CRM-2", code=USAGE)
        self.hub.cli("duplicates", "merge", "client/CRM-1", "client/CRM-9", code=NOT_FOUND)
        self.hub.cli("duplicates", "merge", "client/CRM-1", "client/CRM-2", "--request-id", "m")
        self.hub.cli("duplicates", "merge", "client/CRM-1", "client/CRM-2", "--request-id", "m")
        self.assertEqual(self.hub.cli("duplicates", "list").stdout, "No two records look like one.\n")
        self.assertTrue(self.json("records", "get", "client", "CRM-2")["record"]["deleted"])
        self.hub.cli("sync", "crm")
        self.assertEqual(len(self.in_crm()), 2)  # nothing is deleted there


if __name__ == "__main__":
    unittest.main()
