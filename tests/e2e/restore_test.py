#!/usr/bin/env python3
"""A backup made under load and restored after more was shipped: what the ledger got in the time that is
lost is found there, not made again; what is entered anew goes its own way; the balances agree."""

import collections
import json
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import threading
import unittest
from decimal import Decimal

import company
from hub import Hub, pb

OK, REFUSED, USAGE, UNREACHABLE, NOT_FOUND = range(5)
HLEDGER = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}


def transactions(folder):
    """(invoice, is a reversal) of each transaction in the journal."""
    printed = subprocess.run(["hledger", "-f", folder / "hub.journal", "print", "-O", "json"],
                             check=True, capture_output=True, env=HLEDGER)
    return [(entry["tcode"], any(name == "reversal" for name, _ in entry["ttags"]))
            for entry in json.loads(printed.stdout)]


def balances(folder):
    done = subprocess.run(["hledger", "-f", folder / "hub.journal", "balance", "assets:receivable",
                           "--flat", "-N", "-O", "csv"], check=True, capture_output=True, text=True,
                          env=HLEDGER)
    rows = [line.strip('"').split('","') for line in done.stdout.splitlines()[1:]]
    return {account.rsplit(":", 1)[1]: Decimal(amount.split()[0]) for account, amount in rows}


class RestoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="entrepot-restore-"))
        self.addCleanup(shutil.rmtree, self.folder)
        company.write_all(self.folder)
        self.hub = Hub(self.folder, company.CONFIG)
        self.hub.start()
        self.addCleanup(self.hub.stop)
        self.hub.cli("sync")
        self.backup = self.folder / "monday.db"

    def place(self, client="C-1", quantity=6):
        order = {"client": client, "lines": [{"sku": "WSH", "quantity": quantity}]}
        answer = self.hub.cli("order", "place", "-f", "-", "--output", "json", input=json.dumps(order))
        return json.loads(answer.stdout)["order"]["order"]["number"]

    def ship(self, number, *lines):
        arguments = [part for line in lines for part in ("--line", line)]
        shipped = self.hub.cli("order", "ship", number, *arguments, "--output", "json")
        return json.loads(shipped.stdout)["invoice"]

    def deliver(self):
        """Until the ledger has all that it should, or a person must look."""
        with self.hub.channel() as channel:
            operation = pb.OperationServiceStub(channel)
            for _ in range(10):
                events = list(operation.Sync(pb.SyncRequest(), timeout=120))
                if all(e.sink.pending == 0 for e in events if e.HasField("sink") and e.sink.done):
                    return
        self.fail("deliveries are still pending")

    def invoices(self):
        """What the hub's invoices come to, by client."""
        owed = collections.Counter()
        store = sqlite3.connect(self.folder / "data/entrepot.db")
        kind = pb.Record.DESCRIPTOR.fields_by_name["invoice"].number
        for (body,) in store.execute("SELECT body FROM record WHERE kind = ? AND deleted = 0", (kind,)):
            invoice = pb.Invoice.FromString(body)
            owed[invoice.buyer.code] += Decimal(invoice.gross.units) + \
                Decimal(invoice.gross.nanos) / 10**9
        store.close()
        return dict(owed)

    def restore(self, *arguments):
        answer = self.hub.cli("restore", self.backup, *arguments, "--output", "json")
        return json.loads(answer.stdout)

    def test_what_was_delivered_since_the_backup_is_found_not_made_again(self):
        known, open_, changed = self.place(), self.place("C-2", 7), self.place("C-2", 9)
        self.ship(known)
        self.deliver()
        self.hub.cli("backup", self.backup)

        self.ship(open_)
        self.ship(changed, "1=9")
        lost = self.place("C-1", 3)
        self.ship(lost)
        company.write_table(self.folder, "clients", company.TABLES["clients"] + ["C-3;Third"], "-2")
        self.deliver()
        before = collections.Counter(transactions(self.folder))
        self.assertEqual(len(before), 4)

        self.hub.kill()
        report = self.restore()
        self.assertEqual(report["epoch"], 2)
        self.assertTrue(pathlib.Path(report["replaced"]).exists())
        self.hub.start()
        self.deliver()
        self.assertIn("Third", self.hub.cli("records", "get", "client", "C-3").stdout)

        # People enter again what they had done, one of them with another quantity.
        self.ship(open_)
        self.ship(changed, "1=4")
        self.deliver()
        after = collections.Counter(transactions(self.folder))
        self.assertEqual(after - before, collections.Counter(
            {(changed + "-1", False): 1, (changed + "-1", True): 1}), "only the change is written")

        fresh = self.place("C-1", 3)
        self.assertGreater(int(fresh), int(lost) + 90_000, "a number of the lost time is given again")
        self.ship(fresh)
        self.deliver()
        self.assertIn((fresh + "-1", False), transactions(self.folder))

        owed = self.invoices()
        # The order that nobody entered again stands in the ledger alone.
        owed["C-1"] += Decimal("0.33")
        self.assertEqual(balances(self.folder), owed)
        self.assertEqual(self.hub.cli("dead-letters", "list", "--output", "json").stdout.count('"id"'), 0)

    def test_a_restore_from_the_same_backup_again_begins_another_life(self):
        self.place()
        self.hub.cli("backup", self.backup)
        self.hub.stop()
        self.restore()
        self.hub.start()
        second = int(self.place())
        self.hub.kill()
        self.assertEqual(self.restore("--skip-numbers", "5000")["epoch"], 3)
        self.hub.start()
        self.assertGreater(int(self.place()), second + 4000)

    def test_a_backup_is_made_while_the_hub_writes_and_holds_one_moment(self):
        numbers, stop = [], threading.Event()

        def order():
            while not stop.is_set():
                numbers.append(self.place("C-2", 1))

        caller = threading.Thread(target=order)
        caller.start()
        while len(numbers) < 3:
            stop.wait(0.01)
        self.hub.cli("backup", self.backup)
        stop.set()
        caller.join()
        self.assertEqual(stat.S_IMODE(self.backup.stat().st_mode), 0o600)
        self.assertFalse(list(self.folder.glob("monday.db?*")), "a part of it is left")
        copy = sqlite3.connect(self.backup)
        self.assertEqual(copy.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        self.assertGreaterEqual(
            copy.execute("SELECT last FROM number WHERE name = 'order'").fetchone()[0], 3)
        copy.close()

    def test_what_would_do_harm_is_refused(self):
        missing = self.hub.cli("restore", self.backup, code=REFUSED)
        self.assertIn("STORE_IN_USE", missing.stderr)
        self.hub.cli("backup", self.backup)
        self.assertIn("BACKUP_EXISTS", self.hub.cli("backup", self.backup, code=REFUSED).stderr)
        self.hub.cli("backup", self.backup, "--force")
        self.assertIn("STORE_IN_USE", self.hub.cli("restore", self.backup, code=REFUSED).stderr)
        self.assertIn("BACKUP_EXISTS",
                      self.hub.cli("backup", "data/entrepot.db", "--force", code=REFUSED).stderr)
        self.hub.stop()
        self.hub.cli("restore", "nowhere.db", code=NOT_FOUND)
        (self.folder / "text.db").write_text("no store " * 2000)
        (self.folder / "empty.db").touch()
        damaged = bytearray(self.backup.read_bytes())
        damaged[8192:40960] = b"\xff" * (40960 - 8192)
        (self.folder / "damaged.db").write_bytes(damaged)
        other = sqlite3.connect(self.folder / "other.db")
        other.execute("CREATE TABLE a (b)")
        other.close()
        before = (self.folder / "data/entrepot.db").read_bytes()
        for name, reason in [("text", "STORE_CORRUPT"), ("damaged", "STORE_CORRUPT"),
                             ("other", "NOT_A_STORE"), ("empty", "NOT_A_STORE")]:
            refused = self.hub.cli("restore", name + ".db", code=REFUSED).stderr
            self.assertIn(reason, refused)
            self.assertIn(name + ".db", refused)
        self.assertEqual((self.folder / "data/entrepot.db").read_bytes(), before)
        self.assertEqual([p.name for p in (self.folder / "data").glob("entrepot.db?*")], [])
        self.hub.start()


if __name__ == "__main__":
    unittest.main()
