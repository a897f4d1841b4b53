#!/usr/bin/env python3
"""Compares what each client owes, as the hub says, with hledger's balances, to the kopeck.

    agree.py JOURNAL     the hub is found through ENTREPOT_CONFIG
"""

import csv
import json
import subprocess
import sys
from decimal import Decimal


def receivables():
    token = ""
    while True:
        page = json.loads(subprocess.run(
            ["entrepot", "client", "receivables", "--output", "json", "--limit", "1000"] +
            (["--page", token] if token else []),
            check=True, capture_output=True, text=True).stdout)
        yield from page.get("clients", [])
        token = page.get("nextPageToken")
        if not token:
            return


def amount(value):
    return Decimal(value.get("units", 0)) + Decimal(value.get("nanos", 0)) / 10**9


def main(journal):
    hub = {client["code"]: amount(client["receivables"]["balance"]) for client in receivables()}
    balances = subprocess.run(
        ["hledger", "-f", journal, "balance", "assets:receivable", "--flat", "-N", "-O", "csv"],
        check=True, capture_output=True, text=True).stdout
    ledger = {row[0].rsplit(":", 1)[1]: Decimal(row[1].split()[0].replace(",", ""))
              for row in csv.reader(balances.splitlines()) if row and row[0] != "account"}
    different = {code: (hub.get(code), ledger.get(code)) for code in {*hub, *ledger}
                 if hub.get(code) != ledger.get(code)}
    for code, (ours, theirs) in sorted(different.items()):
        print("%s: the hub says %s, the ledger says %s" % (code, ours, theirs))
    print("%d clients, %s in all" % (len(hub), sum(hub.values())))
    return 1 if different or not hub else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
