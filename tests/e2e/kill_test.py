#!/usr/bin/env python3
"""kill -9 in the middle of intake, ordering and journal writing: nothing lost, nothing twice.

    kill_test.py [--rounds 20] [--seed N] [--keep]

Every round warehouse files with all stock rows changed are being read, clients place and ship orders,
and the ledger is being written, when the hub is killed at a random moment: in nine rounds of ten while
something is seen to be under way. Clients repeat what was not answered, with the same request id, as
they would. What was open at the moment of death is read from a copy of the store before the restart. In
the end the store (by SQL) and the journal (by hledger and ledger) are counted against the answers that
the clients received.
"""

import argparse
import collections
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from decimal import Decimal

import grpc

from hub import Hub, pb

PRODUCTS, WAREHOUSES, CLIENTS, CALLERS = 2000, 10, 12, 4
ROUNDS_THAT_MUST_HIT_OPEN_WORK = 0.75
# One round in ten is killed whatever is under way, the others as soon as something is.
ROUNDS_OF_WHICH_ONE_IS_BLIND = 10

CONFIG = """
hub: {data_folder: data, listen: "127.0.0.1:0", time_zone: UTC, currency: EUR, log_level: warn}
connections:
  warehouse:
    connector: csv
    options: {folder: exchange, delimiter: ";", settle: 0s}
    stock_includes: shipments
    datasets:
      warehouses:
        kind: warehouse
        options: {files: "warehouses*.csv", content: full}
        mapping: {key: [code], fields: {code: code, transfer_days: {constant: "0"}}}
      products:
        kind: product
        options: {files: "products*.csv", content: full}
        mapping:
          key: [sku]
          fields: {sku: sku, name: name, unit: {constant: H87}, vat_rates: [{percent: vat}]}
      prices:
        kind: price
        options: {files: "prices*.csv", content: full}
        mapping:
          key: [sku]
          fields:
            product_id: {from: sku, required: true}
            price_type: {constant: list}
            price: {amount: price, currency: {constant: EUR}}
            vat_included: {constant: "false"}
      clients:
        kind: client
        options: {files: "clients*.csv", content: full}
        mapping: {key: [code], fields: {code: code, name: name}}
      stock:
        kind: stock_level
        options: {files: "stock*.csv", content: full}
        mapping:
          key: [sku, warehouse]
          fields:
            product_id: {from: sku, required: true}
            warehouse_id: {from: warehouse, required: true}
            on_hand: {from: on_hand, required: true}
            as_of: as_of
  ledger:
    connector: ledger
    options: {file: hub.journal}
    datasets: {invoices: {kind: invoice}}
logistics: {default_manager: olga}
sales: {default_price_type: list}
"""


# Prepared, because the hub should be reading most of the time, not waiting for files.
STOCK_ROWS = [("P%04d;W%d;" % (product, place), 1000 + product % 50)
              for product in range(PRODUCTS) for place in range(WAREHOUSES)]


def write_table(folder, name, heading, rows):
    path = folder / "exchange" / (name + ".csv")
    with open(str(path) + ".part", "w") as file:
        file.write(heading + "\n")
        file.writelines(row + "\n" for row in rows)
    pathlib.Path(str(path) + ".part").rename(path)


def write_stock(folder, export):
    """All stock rows, each changed since the export before. Old figures in time, so that nothing of
    what the hub reserved is taken for contained in them."""
    end = ";2020-01-01T00:%02d:00+0000" % (export % 60)
    write_table(folder, "stock-%04d" % export, "sku;warehouse;on_hand;as_of",
                (row + str(amount + export) + end for row, amount in STOCK_ROWS))


def write_catalogue(folder):
    (folder / "exchange").mkdir()
    write_table(folder, "warehouses", "code", ("W%d" % n for n in range(WAREHOUSES)))
    write_table(folder, "products", "sku;name;vat",
                ("P%04d;Product %d;%d" % (n, n, (20, 10, 0)[n % 3]) for n in range(PRODUCTS)))
    write_table(folder, "prices", "sku;price",
                ("P%04d;%d.%02d" % (n, 1 + n % 97, n % 100) for n in range(PRODUCTS)))
    write_table(folder, "clients", "code;name",
                ("C%02d;Client %d" % (n, n) for n in range(CLIENTS)))


class Caller(threading.Thread):
    """A client system that places and ships orders until the hub dies under it."""

    def __init__(self, name, hub, random_source):
        super().__init__(daemon=True)
        self.name_, self.hub, self.random = name, hub, random_source
        self.answers = {}   # own order number -> order number of the hub
        self.shipped = {}   # order number -> invoice number
        self.unanswered = []
        self.failure = None

    def run(self):
        try:
            with self.hub.channel() as channel:
                orders = pb.OrderServiceStub(channel)
                for number in range(10**6):
                    if not self.order_and_ship(orders, "%s-%d" % (self.name_, number)):
                        return
        except Exception as error:  # shown by the test, which then fails
            self.failure = error

    def order_and_ship(self, orders, own):
        lines = [pb.PlaceOrderLine(sku="P%04d" % self.random.randrange(PRODUCTS),
                                   quantity=pb.Decimal(units=self.random.randint(1, 9)))
                 for _ in range(self.random.randint(1, 3))]
        place = pb.PlaceOrderRequest(request_id="place-" + own, client_order_number=own, lines=lines,
                                     client_code="C%02d" % self.random.randrange(CLIENTS))
        answer = self.call(orders.PlaceOrder, place, own)
        if answer is None:
            return False
        return self.ship(orders, own)

    def ship(self, orders, own):
        request = pb.ShipOrderRequest(request_id="ship-" + own, number=self.answers[own])
        return self.call(orders.ShipOrder, request, own) is not None

    def call(self, method, request, own):
        """The answer, or nothing when the hub died: then the request waits to be repeated."""
        try:
            answer = method(request, timeout=30)
        except grpc.RpcError as error:
            if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED,
                                    grpc.StatusCode.UNKNOWN):
                raise
            self.unanswered.append((request, own))
            return None
        self.note(answer, own)
        return answer

    def note(self, answer, own):
        if isinstance(answer, pb.PlaceOrderResponse):
            number = answer.order.order.number
            assert self.answers.setdefault(own, number) == number, "two answers to one request"
        else:
            self.shipped[answer.order.order.number] = answer.invoice

    def repeat(self, orders):
        """What a client does after an outage: the same requests, with the same ids."""
        for request, own in self.unanswered:
            if isinstance(request, pb.PlaceOrderRequest):
                self.note(orders.PlaceOrder(request, timeout=30), own)
                self.ship(orders, own)
            else:
                self.note(orders.ShipOrder(request, timeout=30), own)
        self.unanswered = []


class Warehouse(threading.Thread):
    """The warehouse system: exports all its stock again and again, and has it read."""

    exports = 0  # over all rounds

    def __init__(self, hub):
        super().__init__(daemon=True)
        self.hub = hub

    def run(self):
        try:
            with self.hub.channel() as channel:
                operation = pb.OperationServiceStub(channel)
                while True:
                    Warehouse.exports += 1
                    write_stock(self.hub.folder, Warehouse.exports)
                    for _ in operation.Sync(pb.SyncRequest(connections=["warehouse"]), timeout=60):
                        pass
        except grpc.RpcError:
            pass  # the hub was killed


def count_open_work(store):
    """(deliveries in flight, unfinished runs)"""
    return (store.execute("SELECT count(*) FROM delivery WHERE state = 2").fetchone()[0],
            store.execute("SELECT count(*) FROM run WHERE ended_at IS NULL").fetchone()[0])


def wait_for_open_work(folder, seconds_max=2):
    """Until something is under way. It may be done before the kill comes."""
    store = sqlite3.connect("file:%s?mode=ro" % (folder / "data/entrepot.db"), uri=True)
    until = time.monotonic() + seconds_max
    while not any(count_open_work(store)) and time.monotonic() < until:
        time.sleep(0.001)
    store.close()


def open_work(folder):
    """What was under way when the hub died, read from a copy: SQLite would repair the original."""
    with tempfile.TemporaryDirectory() as copy:
        for file in (folder / "data").glob("entrepot.db*"):
            shutil.copy(file, copy)
        store = sqlite3.connect(pathlib.Path(copy) / "entrepot.db")
        in_flight, runs = count_open_work(store)
        check = store.execute("PRAGMA integrity_check").fetchone()[0]
        store.close()
        assert check == "ok", check
        return in_flight, runs


class Ledger:
    """What hledger reads from the journal."""

    def __init__(self, folder):
        journal = folder / "hub.journal"
        printed = subprocess.run(["hledger", "-f", journal, "print", "-O", "json"], check=True,
                                 capture_output=True, env={"LANG": "C.UTF-8", "PATH": "/usr/bin"})
        self.codes = collections.Counter(t["tcode"] for t in json.loads(printed.stdout))
        for program in (["hledger", "-f", journal, "check", "--strict", "ordereddates", "payees"],
                        ["ledger", "-f", journal, "--pedantic", "--check-payees", "source"]):
            subprocess.run(program, check=True, env={"LANG": "C.UTF-8", "PATH": "/usr/bin"})
        balance = subprocess.run(["hledger", "-f", journal, "balance", "assets:receivable", "--flat",
                                  "-N", "-O", "csv"], check=True, capture_output=True, text=True,
                                 env={"LANG": "C.UTF-8", "PATH": "/usr/bin"}).stdout
        rows = [line.strip('"').split('","') for line in balance.splitlines()[1:]]
        self.balances = {account.rsplit(":", 1)[1]: Decimal(amount.split()[0])
                         for account, amount in rows}


def records(store, kind):
    number = pb.Record.DESCRIPTOR.fields_by_name[kind].number
    message = getattr(pb, "".join(part.title() for part in kind.split("_")))
    return [message.FromString(body) for (body,) in store.execute(
        "SELECT body FROM record WHERE kind = ? AND deleted = 0", (number,))]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def log_entries(first_seq, row):
    """(seq, deleted, body) of each entry of a row of bulk kinds (core/store/log_row.cc)."""
    at = 0
    while at < len(row):
        numbers = []
        for _ in range(7):  # seq, record, flags, kind, revision, previous seq, origin
            number, at = varint(row, at)
            numbers.append(number)
        at += 24  # base digest and key hash
        size, at = varint(row, at)
        yield first_seq + numbers[0], numbers[2] & 1, row[at:at + size]
        at += size


def bulk_records(store, kind):
    """Records of a bulk kind: the entries of the change log to which bulk_place points."""
    number = pb.Record.DESCRIPTOR.fields_by_name[kind].number
    message = getattr(pb, "".join(part.title() for part in kind.split("_")))
    log = {seq: None if deleted else body
           for row in store.execute("SELECT first_seq, entries FROM change WHERE bulk > 0")
           for seq, deleted, body in log_entries(*row)}
    places = [int.from_bytes(row[at:at + 8], "little")
              for (row,) in store.execute("SELECT places FROM bulk_place")
              for at in range(0, len(row), 8)]
    bodies = [log[place & (2**48 - 1)] for place in places if place >> 48 == number]
    return [message.FromString(body) for body in bodies if body is not None]


def decimal(value):
    return Decimal(value.units) + Decimal(value.nanos) / 10**9


def check_everything(folder, callers, exports):
    store = sqlite3.connect(folder / "data/entrepot.db")
    orders = records(store, "order")
    answered = {own: number for caller in callers for own, number in caller.answers.items()}
    kept = collections.Counter((o.client_order_number, o.number) for o in orders)
    assert kept == collections.Counter(answered.items()), "orders: %r" % (
        kept - collections.Counter(answered.items()) or collections.Counter(answered.items()) - kept)

    invoices = records(store, "invoice")
    shipped = sorted(number for caller in callers for number in caller.shipped.values())
    assert sorted(i.number for i in invoices) == shipped, "invoices differ from shipments answered"
    ledger = Ledger(folder)
    assert ledger.codes == collections.Counter(shipped), "journal: %r" % (
        ledger.codes - collections.Counter(shipped) or collections.Counter(shipped) - ledger.codes)
    owed = collections.Counter()
    for invoice in invoices:
        owed[invoice.buyer.code] += decimal(invoice.gross)
    assert owed == ledger.balances, "balances differ"

    stock = bulk_records(store, "stock_level")
    assert len(stock) == PRODUCTS * WAREHOUSES, "%d stock rows" % len(stock)
    expected = sum(1000 + p % 50 + exports for p in range(PRODUCTS)) * WAREHOUSES
    assert sum(s.on_hand.units for s in stock) == expected, "stock is not as in the last file"
    print("%d orders, %d invoices, %d stock rows: lost 0, doubled 0" % (
        len(orders), len(invoices), len(stock)))


def wait_until_delivered(hub):
    with hub.channel() as channel:
        operation = pb.OperationServiceStub(channel)
        for _ in range(5):
            events = list(operation.Sync(pb.SyncRequest(), timeout=120))
            if all(e.sink.pending == 0 for e in events if e.HasField("sink") and e.sink.done):
                return
    raise AssertionError("deliveries are still pending")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--keep", action="store_true", help="leave the folder to be looked at")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="entrepot-kill-"))
    print("seed %d, folder %s" % (options.seed, folder))
    write_catalogue(folder)
    write_stock(folder, 0)
    hub = Hub(folder, CONFIG)
    hub.start()
    hub.cli("sync")
    callers, hits = [], 0
    for round_number in range(1, options.rounds + 1):
        warehouse = Warehouse(hub)
        warehouse.start()
        now = [Caller("r%d-%d" % (round_number, n), hub, random.Random(chance.random()))
               for n in range(CALLERS)]
        for caller in now:
            caller.start()
        time.sleep(chance.uniform(0.05, 0.8))
        if round_number % ROUNDS_OF_WHICH_ONE_IS_BLIND:
            wait_for_open_work(folder)
        hub.kill()
        warehouse.join(60)
        for caller in now:
            caller.join(60)
            if caller.failure:
                raise caller.failure
        in_flight, runs = open_work(folder)
        hits += bool(in_flight or runs)
        hub.start()
        with hub.channel() as channel:
            for caller in now:
                caller.repeat(pb.OrderServiceStub(channel))
        callers += now
        print("round %2d: %d answered; in flight %d, unfinished runs %d" % (
            round_number, sum(len(c.answers) for c in now), in_flight, runs), flush=True)
    wait_until_delivered(hub)
    hub.stop()
    check_everything(folder, callers, Warehouse.exports)
    print("%d of %d rounds hit open work" % (hits, options.rounds))
    if options.rounds >= 20:
        assert hits >= ROUNDS_THAT_MUST_HIT_OPEN_WORK * options.rounds, "too few rounds hit open work"
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
