#!/usr/bin/env python3
"""The CRM's database fails in every way that is known of databases, while clients and orders are entered
in the hub. Nobody who enters them notices; afterwards each is in the CRM once.

ENTREPOT_LOCK_SECONDS (8) is how long its table is locked.
"""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import crm
from company import write_table
from hub import Hub, pb
from postgres import Postgres, Psql

LOCK_SECONDS = float(os.environ.get("ENTREPOT_LOCK_SECONDS", 8))
CLIENTS = 60
DISK_BYTES = 64 << 20


@contextlib.contextmanager
def small_disk():
    """A folder on a disk of its own, or nothing where disks cannot be made."""
    with tempfile.TemporaryDirectory(prefix="entrepot-disk-", dir="/tmp") as folder:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d,mode=755" % DISK_BYTES, "tmpfs",
                               folder], stderr=subprocess.DEVNULL)
        if made.returncode != 0:
            yield None
            return
        try:
            yield pathlib.Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(disk):
    """Until nothing more goes onto it. Returns the file to be removed."""
    ballast = disk / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b"x" * size)
            except OSError:
                size //= 2
    return ballast


class CrmFaultTest(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.folder = pathlib.Path(self.stack.enter_context(
            tempfile.TemporaryDirectory(prefix="entrepot-crm-")))
        self.sellers = []

    def begin(self, server_folder=None, hub_folder=None):
        self.postgres = self.stack.enter_context(Postgres(server_folder))
        self.postgres.run(crm.SCHEMA)
        folder = hub_folder or self.folder
        crm.write_catalogue(folder)
        self.hub = self.stack.enter_context(Hub(folder, crm.config(self.postgres.folder)))
        self.hub.cli("sync", "warehouse")

    def sell(self, name, count=CLIENTS):
        sellers = crm.sell(self.hub, [name + "-a", name + "-b"], count // 2)
        self.sellers += sellers
        return sellers

    def sell_all(self, name, count=CLIENTS):
        crm.join(self.sell(name, count))

    def check(self):
        """In the end each is there once, and nothing is left that needs a person."""
        crm.wait_until_delivered(self.hub)
        self.assertEqual(crm.pending(self.hub)[1], 0, self.hub.cli("dead-letters", "list").stdout)
        crm.count_crm(self.postgres, self.sellers)

    def error(self):
        """What the hub says of the connection."""
        with self.hub.channel() as channel:
            answer = pb.OperationServiceStub(channel).ListConnections(
                pb.ListConnectionsRequest(), timeout=60)
        return next(c.error for c in answer.connections if c.name == "crm")

    def wait_for_error(self, words):
        crm.wait_until(lambda: words in self.error(), "the error says '%s', not '%s'" % (
            words, self.error()))

    def test_a_server_that_is_stopped_and_comes_back(self):
        self.begin()
        self.sell_all("before")
        self.postgres.do("stop")
        self.sell_all("while")
        self.wait_for_error("server")
        self.postgres.do("start")
        self.sell_all("after")
        self.check()

    def test_a_server_that_crashes_while_rows_are_written(self):
        self.begin()
        sellers = self.sell("crash", 400)
        for _ in range(3):
            time.sleep(0.3)
            self.postgres.restart("crash")
        crm.join(sellers)
        self.check()

    def test_connections_that_are_cut_again_and_again(self):
        self.begin()
        sellers, cut = self.sell("cut", 400), 0
        while any(s.is_alive() for s in sellers) or crm.pending(self.hub)[0]:
            cut += self.postgres.cut()
            time.sleep(0.25)
            if cut > 30:
                break
        crm.join(sellers)
        self.assertGreater(cut, 3)
        self.check()

    def test_a_locked_table_holds_up_nobody_else(self):
        self.begin()
        self.sell_all("before")
        session = Psql(self.postgres)
        session.send("BEGIN; LOCK TABLE clients; SELECT pg_sleep(%f); COMMIT" % LOCK_SECONDS)
        crm.wait_until(lambda: self.postgres.run(
            "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
            "AND relation = 'clients'::regclass") == "1", "the table is locked")
        begun = time.monotonic()
        self.sell_all("while")
        write_table(self.hub.folder, "stock", ["sku;warehouse;on_hand", "BLT;MAIN;77"], "-2")
        self.hub.cli("sync", "warehouse")
        self.assertLess(time.monotonic() - begun, LOCK_SECONDS)
        self.assertEqual(self.postgres.run("SELECT count(*) FROM orders WHERE client_number LIKE "
                                           "'while-%'"), "0")
        session.close()
        self.check()

    def test_a_column_that_is_dropped_and_comes_back(self):
        self.begin()
        self.sell_all("before")
        crm.wait_until(lambda: crm.pending(self.hub)[0] == 0, "the first are delivered")
        self.postgres.run("ALTER TABLE clients RENAME COLUMN tax_id TO inn")
        self.sell_all("while")
        self.wait_for_error("tax_id")
        self.postgres.run("ALTER TABLE clients RENAME COLUMN inn TO tax_id")
        self.check()

    def test_a_full_disk_at_the_server(self):
        disk = self.stack.enter_context(small_disk())
        if disk is None:
            self.skipTest("a disk of 64 MB cannot be mounted here")
        self.begin(server_folder=disk / "pg")
        self.sell_all("before")
        ballast = fill(disk)
        self.sell_all("while", 2000)
        ballast.unlink()
        self.check()

    def test_a_full_disk_at_the_hub(self):
        disk = self.stack.enter_context(small_disk())
        if disk is None:
            self.skipTest("a disk of 64 MB cannot be mounted here")
        self.begin(hub_folder=disk)
        self.sell_all("before")
        ballast = fill(disk)
        sellers = self.sell("while", 2000)
        for seller in sellers:
            seller.join(60)
            error = seller.failure or seller.passing
            self.assertIsNotNone(error, "a full disk should be said")
            self.assertIn("full", error.details())
        ballast.unlink()
        for seller in sellers:
            seller.failure = None
            seller.count = min(seller.count, len(seller.clients) + 10)
            seller.repeat()
        self.check()


if __name__ == "__main__":
    unittest.main()
