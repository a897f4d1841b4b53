#!/usr/bin/env python3
"""A plan shows what the sync after it does, to the letter, and changes nothing by itself."""

import json
import pathlib
import sqlite3
import tempfile
import unittest

from company import CONFIG, TABLES, write_all, write_table
from hub import Hub

SQL = """
  crm:
    connector: sql
    options: {driver: sqlite, file: crm.db}
    datasets:
      clients:
        kind: client
        direction: both
        options:
          query: SELECT id, code, name, tax_id FROM clients
          insert: INSERT INTO clients (code, name, tax_id) VALUES (:correlation_key, :name, :tax_id) RETURNING id
          update: UPDATE clients SET name = :name, tax_id = :tax_id WHERE id = :outside_id
          delete: DELETE FROM clients WHERE id = :outside_id
          find: SELECT id FROM clients WHERE code = :correlation_key
        mapping:
          key: id
          fields: {code: {from: code, required: true}, name: {from: name, required: true}, tax_id: tax_id}
"""

IN_HUB = {"PLANNED_ACTION_CREATE", "PLANNED_ACTION_CHANGE", "PLANNED_ACTION_DELETE"}
DELIVERED = {"PLANNED_ACTION_DELIVER_NEW", "PLANNED_ACTION_DELIVER_CHANGE",
             "PLANNED_ACTION_DELIVER_DELETION"}


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


class PlanTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="entrepot-plan-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        with self.crm() as crm:
            crm.execute("CREATE TABLE clients (id INTEGER PRIMARY KEY, code TEXT, name TEXT, "
                        "tax_id TEXT)")
            crm.executemany("INSERT INTO clients VALUES (?, ?, ?, ?)",
                            [(1, "C-1", "Romashka", "7701"), (2, "C-3", "Third", None)])
        config = CONFIG.replace("  ledger:\n", SQL.lstrip("\n") + "  ledger:\n")
        self.hub = Hub(self.folder, config)
        self.hub.start()
        self.addCleanup(self.hub.stop)
        write_all(self.folder)

    def crm(self):
        return sqlite3.connect(self.folder / "crm.db")

    def plan(self, *arguments, code=0):
        events = lines(self.hub.cli("sync", "--plan", "--output", "json", *arguments, code=code))
        self.assertIn("basis", events[-1])
        return [event["change"] for event in events if "change" in event]

    def outside(self):
        """Everything that a plan must leave as it is."""
        files = {str(path): path.read_bytes()
                 for path in self.folder.rglob("*") if path.is_file() and "data" not in path.parts
                 and path.name != "hub.log"}
        status = json.loads(self.hub.cli("status", "--output", "json").stdout)
        readers = {reader["name"]: reader.get("cursor") for reader in status.get("readers", [])}
        return files, status["changeLogHead"], readers, self.runs()

    def runs(self):
        return json.loads(self.hub.cli("runs", "--output", "json").stdout)

    def history(self, change):
        """What the history says of the revision that was planned."""
        answer = json.loads(self.hub.cli("records", "history", change["kind"], change["key"],
                                         "--output", "json").stdout)
        for revision in answer["revisions"]:
            if revision["record"]["revision"] == change["revision"]:
                return revision
        self.fail("%s has no revision %s" % (change["key"], change["revision"]))

    def head(self):
        status = json.loads(self.hub.cli("status", "--output", "json").stdout)
        return int(status["changeLogHead"])

    def plan_and_do(self, *arguments):
        """The plan, after the sync did it: every change stands in the history, and no other."""
        planned = self.plan(*arguments)
        self.hub.cli("plan", *arguments, "-o", "next.json")
        head = self.head()
        self.hub.cli("apply", "next.json")
        in_hub = [change for change in planned if change["action"] in IN_HUB]
        self.assertEqual(self.head() - head, len(in_hub))
        for change in in_hub:
            revision = self.history(change)
            self.assertEqual(revision["record"]["origin"], change["by"])
            self.assertEqual(revision.get("changes", []), change.get("changes", []))
            self.assertEqual(revision["record"].get("deleted", False),
                             change["action"] == "PLANNED_ACTION_DELETE")
        return planned

    def test_a_plan_changes_nothing(self):
        before = self.outside()
        planned = self.plan()
        self.assertGreater(len(planned), 10)
        self.assertEqual(self.outside(), before)
        self.assertEqual(self.plan(), planned)
        self.assertEqual(list((self.folder / "data/plans").iterdir()), [])

    def test_the_sync_does_what_was_planned(self):
        first = self.plan_and_do()
        self.assertIn(("warehouse/stock", "BLT/MAIN"), {(c["by"], c["key"]) for c in first})
        # The warehouse's second client goes to the CRM.
        new = [c for c in first if c["action"] == "PLANNED_ACTION_DELIVER_NEW"]
        self.assertEqual([(c["by"], c["key"]) for c in new], [("crm/clients", "C-2")])
        with self.crm() as crm:
            self.assertEqual(crm.execute("SELECT name FROM clients WHERE code = 'C-2'").fetchall(),
                             [("Second",)])

        write_table(self.folder, "stock", [TABLES["stock"][0], "BLT;MAIN;7", "NUT;MAIN;0"])
        with self.crm() as crm:
            crm.execute("UPDATE clients SET tax_id = '7702' WHERE code = 'C-1'")
            crm.execute("DELETE FROM clients WHERE code = 'C-3'")
        second = self.plan_and_do()
        shown = {(c["action"], c["by"], c["key"]) for c in second}
        self.assertEqual(shown, {
            ("PLANNED_ACTION_CHANGE", "warehouse/stock", "BLT/MAIN"),
            ("PLANNED_ACTION_DELETE", "warehouse/stock", "WSH/MAIN"),
            ("PLANNED_ACTION_CHANGE", "crm/clients", "C-1"),
            ("PLANNED_ACTION_DELETE", "crm/clients", "C-3"),
        })
        stock = next(c for c in second if c["key"] == "BLT/MAIN")
        self.assertEqual(stock["changes"], [{"field": "on_hand", "before": "10", "after": "7"}])
        self.assertEqual(self.plan(), [])

    def test_rows_that_wait_or_are_refused_are_shown(self):
        write_table(self.folder, "stock", [TABLES["stock"][0], "BLT;MAIN;x", "ZZZ;MAIN;1"])
        planned = {c["action"]: c for c in self.plan("warehouse", code=5)}
        self.assertIn("ZZZ", planned["PLANNED_ACTION_PARK"]["reason"])
        self.assertEqual(planned["PLANNED_ACTION_DEAD_LETTER"]["line"], "2")
        self.hub.cli("sync", "warehouse", code=5)
        letters = json.loads(self.hub.cli("dead-letters", "list", "--output", "json").stdout)
        self.assertIn(letters["deadLetters"][0]["reason"],
                      planned["PLANNED_ACTION_DEAD_LETTER"]["reason"])

    def test_a_plan_is_applied_and_a_stale_one_refused(self):
        self.hub.cli("plan", "-o", "all.json")
        head = self.head()
        self.hub.cli("apply", "all.json")
        self.assertGreater(self.head(), head)

        write_table(self.folder, "stock", [TABLES["stock"][0], "BLT;MAIN;5"])
        self.hub.cli("plan", "--full", "warehouse", "-o", "stock.json")
        write_table(self.folder, "stock", [TABLES["stock"][0], "BLT;MAIN;4"])
        head = self.head()
        refused = self.hub.cli("apply", "stock.json", code=1)
        self.assertIn("warehouse/stock", refused.stderr)
        self.assertEqual(self.head(), head)
        self.assertIn("is no plan", self.hub.cli("apply", "entrepot.yaml", code=2).stderr)

    def test_a_document_for_the_ledger_is_planned(self):
        self.hub.cli("sync")
        self.hub.cli("connections", "pause", "ledger")
        order = {"client": "C-1", "lines": [{"sku": "BLT", "quantity": "2"}]}
        placed = json.loads(self.hub.cli("order", "place", "-f", "-", "--output", "json",
                                         input=json.dumps(order)).stdout)
        self.hub.cli("order", "ship", placed["order"]["order"]["number"])
        planned = self.plan("ledger")
        self.assertEqual([(c["action"], c["by"], c["kind"]) for c in planned],
                         [("PLANNED_ACTION_DELIVER_NEW", "ledger/invoices", "invoice")])
        self.assertFalse((self.folder / "hub.journal").exists())
        self.hub.cli("connections", "resume", "ledger")
        self.hub.cli("sync", "ledger")
        self.assertIn(planned[0]["key"], (self.folder / "hub.journal").read_text())
        self.assertEqual(self.plan("ledger"), [])


if __name__ == "__main__":
    unittest.main()
