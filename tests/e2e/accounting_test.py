#!/usr/bin/env python3
"""Accounting back: several hundred invoices go to the accountant's journal, several hundred payments
come from it, and what each client owes is the same for the hub and for hledger, to the cent."""

import collections
import concurrent.futures
import csv
import datetime
import json
import pathlib
import random
import subprocess
import tempfile
import unittest
from decimal import Decimal

import company
from hub import Hub, pb

INVOICES, PAYMENTS, CLIENTS = 300, 400, 14
TIMEOUT = 60
SEED = 20261125
TODAY = datetime.datetime.now(datetime.timezone.utc).date()

READ_BACK = """
      payments:
        kind: payment
        mapping:
          key: [document]
          fields:
            document: document
            client_id: {from: client, required: true}
            invoice_id: invoice
            received_on: date
            amount: {amount: amount, currency: {from: currency, lookup: currency}}
      balances:
        kind: account_balance
        mapping:
          key: [client, currency, date]
          fields:
            client_id: {from: client, required: true}
            as_of: date
            currency: {from: currency, lookup: currency}
            amount: balance
"""
CONFIG = company.CONFIG.replace("options: {file: hub.journal}",
                                "options: {file: hub.journal, journal: accountant.journal}").replace(
    "    datasets: {invoices: {kind: invoice}}\n",
    "    datasets:\n      invoices: {kind: invoice}" + READ_BACK)


def exact(value):
    return Decimal(value.units) + Decimal(value.nanos) / 10**9


class Journal:
    """The accountant's own, as a list of transactions that can be edited."""

    def __init__(self, path, seed):
        self.path, self.random, self.entries = path, random.Random(seed), []

    def write(self):
        # She writes as the days come, and sometimes a day later than the one before.
        self.path.write_text("include hub.journal\n\n" + "\n".join(self.entries), encoding="utf-8")

    def payment(self, invoices):
        """One of all the ways in which money comes in, and goes back."""
        number, client, gross = self.random.choice(invoices)
        day = (TODAY - datetime.timedelta(days=self.random.randint(0, 300))).isoformat()
        amount = self.random.choice([gross, gross / 2, gross * 2, Decimal("0.01")])
        amount = amount.quantize(Decimal("0.01"))
        account = self.random.choice(["assets:receivable"] * 5 + ["liabilities:prepayments"])
        account = "%s:%s" % (account, client)
        head, tag = self.random.choice([
            ("%s (%s) paid", ""), ("%s (%d) paid", ""), ("%s * Paid for №%s.", ""),
            ("%s paid", "  ; invoice: %s"), ("%s on account", ""), ("%s ! on account", ""),
            ("%s returned", ""), ("%s returned", "  ; invoice: %s")])
        if head.startswith("%s returned"):
            amount = -amount / 2
        reference = self.random.randint(1, 60) if "%d" in head else number
        amount = amount.quantize(Decimal("0.01")) or Decimal("0.01")
        return "%s\n    assets:bank  %s EUR\n    %s%s\n" % (
            head % ((day, reference) if head.count("%") == 2 else (day,)), amount, account,
            tag % number if tag else "")


class AccountingTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="entrepot-accounting-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        company.write_all(self.folder)
        company.write_table(self.folder, "clients", ["code;name"] + [
            "C-%d;Client %d" % (n, n) for n in range(1, CLIENTS + 1)])
        company.write_table(self.folder, "stock", ["sku;warehouse;on_hand", "BLT;MAIN;100000",
                                                   "NUT;MAIN;100000", "WSH;MAIN;100000"])
        self.journal = Journal(self.folder / "accountant.journal", SEED)
        self.journal.write()
        self.hub = Hub(self.folder, CONFIG)
        self.hub.start()
        self.addCleanup(self.hub.stop)
        self.channel = self.hub.channel()
        self.addCleanup(self.channel.close)
        self.clients = pb.ClientServiceStub(self.channel)
        self.hub.cli("sync")

    def ship(self, index):
        """(number, client, gross) of the invoice."""
        orders = pb.OrderServiceStub(self.channel)
        pick = random.Random(SEED + index)
        client = "C-%d" % pick.randint(1, CLIENTS)
        lines = [pb.PlaceOrderLine(sku=sku, quantity=pb.Decimal(units=pick.randint(1, 9),
                                                                nanos=250_000_000))
                 for sku in pick.sample(["BLT", "NUT", "WSH"], pick.randint(1, 3))]
        number = orders.PlaceOrder(pb.PlaceOrderRequest(
            request_id="order-%d" % index, client_code=client, lines=lines),
            timeout=TIMEOUT).order.order.number
        orders.ShipOrder(pb.ShipOrderRequest(request_id="ship-%d" % index, number=number),
                         timeout=TIMEOUT)
        return number + "-1", client

    def invoices(self, shipped):
        """Once all are in the journal: (number, client, gross)."""
        self.hub.cli("sync", "ledger")
        gross = {}
        records, token = pb.OperationServiceStub(self.channel), ""
        while True:
            page = records.ListRecords(pb.ListRecordsRequest(kind="invoice", page_size=1000,
                                                             page_token=token), timeout=TIMEOUT)
            gross.update((r.invoice.number, exact(r.invoice.gross)) for r in page.records)
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(len(gross), len(shipped))
        return [(number, client, gross[number]) for number, client in shipped]

    def sync(self, code=0):
        """The runs of the ledger's datasets, by name."""
        text = self.hub.cli("sync", "ledger", "--output", "json", code=code).stdout
        runs = {}
        for line in text.splitlines():
            event = json.loads(line)
            if "run" in event:
                runs[event["run"]["dataset"]] = event["run"]
        return runs

    def hledger(self):
        text = subprocess.run(
            ["hledger", "-f", self.journal.path, "balance", "assets:receivable",
             "liabilities:prepayments", "--flat", "-N", "-O", "csv"], check=True,
            capture_output=True, text=True, env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}).stdout
        balances = collections.Counter()
        for account, balance in list(csv.reader(text.splitlines()))[1:]:
            balances[account.rsplit(":", 1)[1]] += Decimal(balance.split()[0].replace(",", ""))
        return {client: balance for client, balance in balances.items() if balance}

    def assert_agrees(self):
        listed = self.clients.ListReceivables(pb.ListReceivablesRequest(page_size=1000),
                                              timeout=TIMEOUT)
        owed = {c.code: exact(c.receivables.balance) for c in listed.clients}
        self.assertEqual({code: balance for code, balance in owed.items() if balance},
                         self.hledger())
        for client in listed.clients:
            self.assertEqual(exact(client.receivables.accounting.difference), 0, client.code)
            account = self.clients.GetReceivables(
                pb.GetReceivablesRequest(code=client.code, include_settled=True),
                timeout=TIMEOUT).receivables[0]
            opened = sum(exact(i.open) for i in account.invoices)
            self.assertEqual(opened - exact(account.on_account), owed[client.code])
            for invoice in account.invoices:
                settled = sum(exact(s.amount) for s in invoice.settled_by)
                self.assertEqual(exact(invoice.open) + settled, exact(invoice.gross))
        return len(listed.clients)

    def test_the_hub_and_the_accountant_agree(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            invoices = self.invoices(list(pool.map(self.ship, range(INVOICES))))
        self.journal.entries = [self.journal.payment(invoices) for _ in range(PAYMENTS)]
        self.journal.write()
        runs = self.sync()
        self.assertEqual(int(runs["ledger/payments"]["created"]), PAYMENTS)
        self.assertEqual(self.assert_agrees(), CLIENTS)

        # Nothing is read where nothing has changed, also after a restart.
        self.assertEqual(int(self.sync()["ledger/payments"].get("read", 0)), 0)
        self.hub.stop()
        self.hub.start()
        self.channel = self.hub.channel()
        self.addCleanup(self.channel.close)
        self.clients = pb.ClientServiceStub(self.channel)
        self.assertEqual(int(self.sync()["ledger/payments"].get("read", 0)), 0)
        self.assert_agrees()

        # She corrects her journal: some go, some change, some come in between.
        pick, entries = self.journal.random, self.journal.entries
        for _ in range(15):
            entries.pop(pick.randrange(len(entries)))
        for _ in range(30):
            entries[pick.randrange(len(entries))] = self.journal.payment(invoices)
        for _ in range(20):
            entries.insert(pick.randrange(len(entries)), self.journal.payment(invoices))
        self.journal.write()
        text = self.hub.cli("sync", "ledger", "--accept-deletions", "--output", "json").stdout
        self.assertIn("deleted", text)
        self.assert_agrees()

        # A full reading finds it so.
        self.hub.cli("sync", "ledger", "--full")
        self.assert_agrees()

    def test_a_broken_journal_stops_its_reading_and_says_where(self):
        self.journal.entries = ["%s paid\n    assets:bank  5 EUR\n"
                                "    assets:receivable:C-1\n" % TODAY]
        self.journal.write()
        self.assertEqual(int(self.sync()["ledger/payments"]["created"]), 1)
        good = self.journal.entries[0]
        self.journal.entries = [good, "2026-01-04 wrong\n    assets:bank  5 EUR\n    x  1 EUR\n"]
        self.journal.write()
        error = self.sync(code=5)["ledger/payments"]["error"]
        self.assertIn("accountant.journal", error)
        self.assertIn("could not balance", error)
        shown = json.loads(self.hub.cli("client", "receivables", "C-1", "--output", "json").stdout)
        self.assertEqual(shown["receivables"][0]["balance"]["units"], "-5")
        self.journal.entries = [good]
        self.journal.write()
        self.assertEqual(self.sync()["ledger/payments"].get("error", ""), "")

    def test_a_payment_of_an_unknown_client_waits_for_it(self):
        self.journal.entries = ["%s paid\n    assets:bank  5 EUR\n"
                                "    assets:receivable:C-99\n" % TODAY]
        self.journal.write()
        self.sync()
        parked = self.hub.cli("parked").stdout
        self.assertIn("C-99", parked)
        company.write_table(self.folder, "clients", ["code;name"] + [
            "C-%d;Client %d" % (n, n) for n in [*range(1, CLIENTS + 1), 99]], "-2")
        self.hub.cli("sync", "warehouse")
        card = self.hub.cli("client", "show", "C-99").stdout
        self.assertIn("-5.00 EUR", card)
        self.assertIn("agrees", card)
        self.assertNotIn("C-99", self.hub.cli("parked").stdout)


if __name__ == "__main__":
    unittest.main()
