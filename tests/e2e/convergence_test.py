#!/usr/bin/env python3
"""Random edits of the same clients in the hub and in the CRM, at the same time. In the end both sides
are equal, nobody is told more often than something changed, and silence stays silence.

    convergence_test.py [--edits N] [--clients 100] [--seed N] [--keep]

--edits is ENTREPOT_CONVERGENCE_EDITS, or 4,000: half of them on each side. The seed decides what is
edited, where, to what; how the two sides interleave is decided by the threads. Fields fall under every
policy: the CRM owns names, addresses and price types are the latest writer's, tax ids are held for a
person where both sides changed them, who decides by the seed.
"""

import argparse
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

import grpc

import crm
from hub import Hub, pb
from postgres import Postgres, Psql

AUTHORITY = """authority:
  client:
    main: {owner: crm}
    contact: {policy: latest}
    terms: {policy: latest}
    legal: {policy: hold}
"""
FIELDS = ("name", "address", "price_type", "tax_id")
EDITORS = 2
QUIET_SECONDS = 6  # three readings by interval
# What the CRM's people and the hub itself write there; the hub's statements are counted row by row.
COUNTING = """
CREATE TABLE written (by text NOT NULL, client integer NOT NULL);
CREATE FUNCTION count_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO written VALUES (session_user, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER count_written AFTER UPDATE ON clients FOR EACH ROW EXECUTE FUNCTION count_written();
"""


class HubEditor(threading.Thread):
    """A program at the hub that changes one field of one client after the other."""

    def __init__(self, hub, name, edits, clients, chance):
        super().__init__(daemon=True)
        self.hub, self.name_, self.clients = hub, name, clients
        self.edits, self.chance, self.failure = edits, chance, None

    def run(self):
        try:
            with self.hub.channel() as channel:
                stub = pb.ClientServiceStub(channel)
                for number in range(self.edits):
                    own = "%s-%d" % (self.name_, number)
                    client = pb.Client(**{self.chance.choice(FIELDS): own})
                    code = "CRM-%d" % self.chance.randint(1, self.clients)
                    stub.UpdateClient(pb.UpdateClientRequest(request_id=own, code=code,
                                                             client=client), timeout=60)
        except Exception as error:  # shown by the test, which then fails
            self.failure = error


def edit_crm(postgres, edits, clients, chance, editors):
    """As fast as the editors at the hub: all end together."""
    session = Psql(postgres)
    for number in range(edits):
        session.send("UPDATE clients SET %s = 'crm-%d' WHERE id = %d" % (
            chance.choice(FIELDS), number, chance.randint(1, clients)))
        if number % 10 == 0 and any(e.is_alive() for e in editors):
            time.sleep(chance.uniform(0, 0.03))
    session.close()


def resolve_all(hub, chance):
    """A person decides every conflict. Returns how many there were."""
    decided = 0
    with hub.channel() as channel:
        operation = pb.OperationServiceStub(channel)
        while True:
            page = operation.ListConflicts(pb.ListConflictsRequest(page_size=1000), timeout=60)
            for conflict in page.conflicts:
                decided += resolve(operation, conflict, chance.choice((pb.KEEP_HUB, pb.KEEP_THEIRS)))
            if not page.conflicts:
                return decided


def resolve(operation, conflict, keep):
    """False: it ended by itself while the person looked at it."""
    try:
        operation.ResolveConflict(pb.ResolveConflictRequest(
            request_id="conflict-%d" % conflict.id, id=conflict.id, keep=keep), timeout=60)
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.FAILED_PRECONDITION:
            raise
        return False
    return True


def state_of_hub(hub):
    with hub.channel() as channel:
        stub = pb.ClientServiceStub(channel)
        page = stub.ListClients(pb.ListClientsRequest(page_size=1000), timeout=60)
        return {r.client.code: tuple(getattr(r.client, f) for f in FIELDS) for r in page.clients}


def state_of_crm(postgres):
    return {code: values for code, *values in (
        (row[0], *row[1:]) for row in postgres.rows(
            "SELECT coalesce(hub_number, 'CRM-' || id), %s FROM clients" % ", ".join(FIELDS)))}


def differences(hub, postgres):
    ours = state_of_hub(hub)
    theirs = {code: tuple(values) for code, values in state_of_crm(postgres).items()}
    return sorted(set(ours.items()) ^ set(theirs.items()))


def messages(hub, postgres):
    """(entries of the change log, rows that the hub wrote, rows that the CRM's people wrote)"""
    with hub.channel() as channel:
        head = pb.OperationServiceStub(channel).GetStatus(pb.GetStatusRequest(),
                                                          timeout=60).change_log_head
    return (head, *(int(postgres.run("SELECT count(*) FROM written WHERE by %s 'entrepot'" % sign))
                    for sign in ("=", "<>")))


def converge(hub, postgres, chance):
    """Returns the seconds it took until both sides are equal, and the conflicts decided."""
    begun, decided = time.monotonic(), 0

    def equal():
        nonlocal decided
        decided += resolve_all(hub, chance)
        return crm.pending(hub)[0] == 0 and not differences(hub, postgres)

    try:
        crm.wait_until(equal, "both sides are equal", 120, every=0.3)
    except AssertionError:
        print("different: %r" % differences(hub, postgres)[:20])
        raise
    return time.monotonic() - begun, decided


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int,
                        default=int(os.environ.get("ENTREPOT_CONVERGENCE_EDITS", 4000)))
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--keep", action="store_true", help="leave the folder to be looked at")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="entrepot-convergence-"))
    print("seed %d, folder %s" % (options.seed, folder), flush=True)
    with Postgres() as postgres:
        postgres.run(crm.SCHEMA + COUNTING)
        postgres.run("INSERT INTO clients (name) SELECT 'client ' || n FROM generate_series(1, %d) n"
                     % options.clients)
        (folder / "exchange").mkdir()
        with Hub(folder, crm.config(postgres.folder, authority=AUTHORITY)) as hub:
            run(hub, postgres, options)
    if not options.keep:
        shutil.rmtree(folder)


def run(hub, postgres, options):
    crm.wait_until(lambda: len(state_of_hub(hub)) == options.clients, "the CRM has been read")
    before = messages(hub, postgres)
    half = options.edits // 2
    seeds = random.Random(options.seed)
    editors = [HubEditor(hub, "hub%d" % n, half // EDITORS, options.clients,
                         random.Random(seeds.random())) for n in range(EDITORS)]
    begun = time.monotonic()
    for editor in editors:
        editor.start()
    edit_crm(postgres, half, options.clients, random.Random(seeds.random()), editors)
    crm.join(editors)
    edited = time.monotonic() - begun
    seconds, decided = converge(hub, postgres, random.Random(seeds.random()))
    after = messages(hub, postgres)
    entries, written = after[0] - before[0], after[1] - before[1]
    print("%d edits on each side in %.1f s, equal %.1f s later; %d entries of the log, %d rows written "
          "to the CRM, %d conflicts decided" % (half, edited, seconds, entries, written, decided),
          flush=True)
    # Each edit at the hub makes one write at the most, and each decision one more.
    assert written <= half + decided, "the hub wrote %d rows" % written
    # Each edit makes one entry, each decision too. A row that was read before a write of the hub, and taken
    # in after it, shows the state before the write, and its next reading the state behind it: two more.
    assert entries <= 2 * half + decided + 2 * written, "the log has %d entries" % entries
    assert decided > 0, "nobody had to decide anything"
    time.sleep(QUIET_SECONDS)
    assert messages(hub, postgres) == after, "an echo: %r became %r" % (after, messages(hub, postgres))
    assert crm.pending(hub) == (0, 0), hub.cli("dead-letters", "list").stdout


if __name__ == "__main__":
    sys.exit(main())
