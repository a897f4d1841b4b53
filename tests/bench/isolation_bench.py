#!/usr/bin/env python3
"""What a database that does not answer costs the other connections: clients per second that reach one
CRM, alone, and with a second CRM blocked in each of the connector's calls in turn. Each rate beside its
own "alone" of the same run.

    isolation_bench.py [--clients 3000] [--runs 3] [--goal 0.8]

Clients and an order of each are entered beforehand, without the CRMs; measured is from the hub's start
until the last of them is in the first CRM. The second one lies behind a line that falls silent: at once
(open), or as soon as the words of the call pass (read, find, apply, commit, wait). It ends with 1 when
the median of a ratio is below the goal.
"""

import argparse
import asyncio
import pathlib
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import crm  # noqa: E402  found through the path above
from hub import Hub  # noqa: E402
from lossy_proxy import SOCKET  # noqa: E402
from postgres import Postgres  # noqa: E402

# Words of the request after which nothing passes any more, in either direction.
CALLS = {"open": b"", "read": b"coalesce(hub_number", "find": b"FROM clients WHERE id",
         "apply": b"INSERT INTO clients", "commit": b"COMMIT", "wait": b"LISTEN"}
SELLERS = 4


class SilentLine:
    """To a PostgreSQL server; silent from the request on that holds `words`."""

    def __init__(self, server_folder, words):
        self.server, self.words = str(pathlib.Path(server_folder) / SOCKET), words
        self.folder = tempfile.mkdtemp(prefix="entrepot-line-", dir="/tmp")
        self.silenced = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        assert self._ready.wait(10)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_unix_server(
            self._serve, str(pathlib.Path(self.folder) / SOCKET)))
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, client_reader, client_writer):
        server_reader, server_writer = await asyncio.open_unix_connection(self.server)
        silent = asyncio.Event()

        async def pass_on(reader, writer, watched):
            try:
                while data := await reader.read(1 << 16):
                    if watched and not silent.is_set() and self.words in data:
                        silent.set()
                        self.silenced += 1
                    if not silent.is_set():
                        writer.write(data)
            except OSError:
                pass  # the hub was killed

        await asyncio.wait([asyncio.ensure_future(pass_on(client_reader, server_writer, True)),
                            asyncio.ensure_future(pass_on(server_reader, client_writer, False))],
                           return_when=asyncio.FIRST_COMPLETED)
        client_writer.close()
        server_writer.close()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)


def configuration(first, second):
    """Of a hub with the CRMs whose folders are given."""
    text = crm.config("%s", records_a_call=100)
    begin, end = text.index("  crm:\n"), text.index("  warehouse:\n")
    one = text[begin:end]
    parts = "".join(one.replace("  crm:\n", "  %s:\n" % name, 1).replace("%s", folder)
                    for name, folder in (("crm", first), ("other", second)) if folder)
    return text[:begin] + parts + text[end:]


def rate(folder, clients, first, line):
    """Clients per second that reach the first CRM."""
    first.run("TRUNCATE clients, orders RESTART IDENTITY")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = pathlib.Path(name)
        crm.write_catalogue(place)
        with Hub(place, configuration(None, None)) as hub:
            hub.cli("sync", "warehouse")
            crm.join(crm.sell(hub, ["s%d" % n for n in range(SELLERS)], clients // SELLERS))
        hub = Hub(place, configuration(first.folder, line and line.folder))
        begun = time.monotonic()
        hub.start()
        crm.wait_until(lambda: int(first.run("SELECT count(*) FROM orders")) == clients // SELLERS * SELLERS,
                       "all orders are in the CRM", 600, every=0.02)
        seconds = time.monotonic() - begun
        hub.kill()  # a silent connection is not waited for
        return clients / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=3000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--goal", type=float, default=0.8)
    options = parser.parse_args()
    ratios = {call: [] for call in CALLS}
    with Postgres() as first, Postgres() as second, tempfile.TemporaryDirectory() as folder:
        first.run(crm.SCHEMA)
        second.run(crm.SCHEMA)
        for _ in range(options.runs):
            for call, words in CALLS.items():
                alone = rate(folder, options.clients, first, None)
                second.run("TRUNCATE clients, orders")
                line = SilentLine(second.folder, words)
                beside = rate(folder, options.clients, first, line)
                line.close()
                assert line.silenced, "the second CRM was never blocked in %s" % call
                ratios[call].append(beside / alone)
                print("%-7s alone %6.0f, beside %6.0f clients/s: %.2f" % (call, alone, beside,
                                                                          beside / alone), flush=True)
    worst = min(statistics.median(values) for values in ratios.values())
    print("medians: %s" % ", ".join("%s %.2f" % (call, statistics.median(values))
                                    for call, values in ratios.items()))
    return 0 if worst >= options.goal else 1


if __name__ == "__main__":
    sys.exit(main())
