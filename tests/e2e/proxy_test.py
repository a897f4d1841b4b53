#!/usr/bin/env python3
"""A bad line to the database: one in ten of its answers is lost, late, held or doubled, while clients
and orders are entered. None is in the CRM twice, none is missing.

    proxy_test.py [--clients N] [--seed N] [--chance 0.1] [--keep]

--clients is ENTREPOT_PROXY_CLIENTS, or 1,000; as many orders. One client in ten is entered in the CRM
itself. Counted is by SQL of its own, against the answers that the hub gave to those who entered them.
"""

import argparse
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

import crm
from hub import Hub, pb
from lossy_proxy import LossyProxy
from postgres import Postgres, Psql

SELLERS = 4
SECONDS_A_CLIENT_MAX = 0.5


def enter_in_crm(postgres, count, chance):
    """As the CRM's own people do, one by one."""
    session = Psql(postgres)
    for number in range(count):
        session.send("INSERT INTO clients (name) VALUES ('crm-%d')" % number)
        time.sleep(chance.uniform(0, 0.01))
    session.close()


def known_to_hub(hub):
    """code -> name"""
    found, token = {}, ""
    with hub.channel() as channel:
        clients = pb.ClientServiceStub(channel)
        while True:
            page = clients.ListClients(pb.ListClientsRequest(page_size=1000, page_token=token),
                                       timeout=60)
            for record in page.clients:
                assert found.setdefault(record.client.code, record.client.name) == record.client.name
            token = page.next_page_token
            if not token:
                return found


def check(hub, postgres, sellers, of_crm):
    clients, orders = crm.count_crm(postgres, sellers)
    theirs = dict(postgres.rows("SELECT coalesce(hub_number, 'CRM-' || id), name FROM clients"))
    assert len(theirs) == clients + of_crm, "%d rows in the CRM" % len(theirs)
    ours = known_to_hub(hub)
    assert ours == theirs, "hub and CRM differ: %r" % (set(ours.items()) ^ set(theirs.items()))
    print("%d clients and %d orders written, %d clients read: none twice, none missing" % (
        clients, orders, of_crm))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int,
                        default=int(os.environ.get("ENTREPOT_PROXY_CLIENTS", 1000)))
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--chance", type=float, default=0.1)
    parser.add_argument("--keep", action="store_true", help="leave the folder to be looked at")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="entrepot-proxy-test-"))
    print("seed %d, folder %s" % (options.seed, folder), flush=True)
    of_crm = options.clients // 10
    of_hub = options.clients - of_crm
    crm.write_catalogue(folder)
    with Postgres() as postgres, LossyProxy(postgres.folder, options.seed, options.chance) as proxy:
        postgres.run(crm.SCHEMA)
        with Hub(folder, crm.config(proxy.folder)) as hub:
            hub.cli("sync", "warehouse")
            begun = time.monotonic()
            sellers = crm.sell(hub, ["s%d" % n for n in range(SELLERS)], of_hub // SELLERS)
            enter_in_crm(postgres, of_crm, random.Random(options.seed))
            crm.join(sellers)
            entered = time.monotonic() - begun
            crm.wait_until_delivered(hub, 120 + SECONDS_A_CLIENT_MAX * options.clients)
            crm.wait_until(lambda: len(known_to_hub(hub)) >= sum(
                len(s.clients) for s in sellers) + of_crm, "the CRM's clients are read", 120, every=1)
            assert crm.pending(hub)[1] == 0, hub.cli("dead-letters", "list").stdout
            print("entered in %.1f s, in step after %.1f s; %d connections; of the answers %s" % (
                entered, time.monotonic() - begun, proxy.connections, dict(proxy.counts)))
            check(hub, postgres, sellers, of_crm)
            assert sum(proxy.counts.values()) > 0, "the line was too good"
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
