#!/usr/bin/env python3
"""kill -9 of the hub while it writes to the CRM's database: no row twice, none missing.

    crm_kill_test.py [--rounds 12] [--seed N] [--keep]

Every round clients and orders are entered and the CRM's own people enter some too, until the hub is
killed: as soon as deliveries to the CRM are seen in flight, in one round of six at any moment. In every
third round the database's server is killed with it. Those who got no answer ask again with the same
request id. In the end the CRM is counted by SQL against their answers.
"""

import argparse
import pathlib
import random
import shutil
import sqlite3
import sys
import tempfile
import time

import crm
from hub import Hub
from kill_test import open_work
from postgres import Postgres, Psql
from proxy_test import check, known_to_hub

SELLERS, ENTERED_IN_CRM = 4, 5
CLIENTS_A_SELLER = 10**6  # more than can be entered until the hub is killed
# A database that takes its time: a call is seen in flight and killed before it has ended.
SLOW = """
CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_sleep(0.01);
  RETURN NULL;
END $$;
CREATE TRIGGER take_time AFTER INSERT ON clients FOR EACH STATEMENT EXECUTE FUNCTION take_time();
CREATE TRIGGER take_time AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION take_time();
"""
ROUNDS_OF_WHICH_ONE_IS_BLIND, ROUNDS_OF_WHICH_ONE_KILLS_BOTH = 6, 3


def wait_for_deliveries(folder, seconds_max=3):
    store = sqlite3.connect("file:%s?mode=ro" % (folder / "data/entrepot.db"), uri=True)
    until = time.monotonic() + seconds_max
    while time.monotonic() < until:
        if store.execute("SELECT count(*) FROM delivery WHERE state = 2").fetchone()[0]:
            break
        time.sleep(0.001)
    store.close()


def kill_one_round(hub, postgres, number, chance):
    """Returns the sellers, and whether deliveries were in flight."""
    sellers = crm.sell(hub, ["r%d-%d" % (number, n) for n in range(SELLERS)], CLIENTS_A_SELLER)
    session = Psql(postgres)
    for n in range(ENTERED_IN_CRM):
        session.send("INSERT INTO clients (name) VALUES ('crm-%d-%d')" % (number, n))
    session.close()
    time.sleep(chance.uniform(0.05, 0.8))
    if number % ROUNDS_OF_WHICH_ONE_IS_BLIND:
        wait_for_deliveries(hub.folder)
    both = number % ROUNDS_OF_WHICH_ONE_KILLS_BOTH == 0
    hub.kill()
    if both:
        postgres.restart("crash")
    for seller in sellers:
        seller.join(60)
        if seller.failure:
            raise seller.failure
    in_flight, _ = open_work(hub.folder)
    hub.start()
    for seller in sellers:
        seller.count = len(seller.clients) + 1  # the one that was not answered
        seller.repeat()
    print("round %2d: %d clients; in flight %d%s" % (
        number, sum(len(s.clients) for s in sellers), in_flight,
        "; the database's server died too" if both else ""), flush=True)
    return sellers, in_flight > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--keep", action="store_true", help="leave the folder to be looked at")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="entrepot-crm-kill-"))
    print("seed %d, folder %s" % (options.seed, folder))
    crm.write_catalogue(folder)
    with Postgres() as postgres:
        postgres.run("ALTER SYSTEM SET fsync = on")  # its server is killed as well
        postgres.restart()
        postgres.run(crm.SCHEMA + SLOW)
        hub = Hub(folder, crm.config(postgres.folder))
        hub.start()
        hub.cli("sync", "warehouse")
        sellers, hits = [], 0
        for number in range(1, options.rounds + 1):
            now, hit = kill_one_round(hub, postgres, number, chance)
            sellers += now
            hits += hit
        of_crm = options.rounds * ENTERED_IN_CRM
        crm.wait_until_delivered(hub)
        crm.wait_until(lambda: len(known_to_hub(hub)) >= sum(len(s.clients) for s in sellers) + of_crm,
                       "the CRM's clients are read")
        assert crm.pending(hub)[1] == 0, hub.cli("dead-letters", "list").stdout
        check(hub, postgres, sellers, of_crm)
        hub.stop()
    print("%d of %d rounds hit deliveries in flight" % (hits, options.rounds))
    assert hits * 2 >= options.rounds, "too few rounds hit deliveries in flight"
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
