"""Between a client of PostgreSQL and its server: loses, holds and doubles answers.

    with LossyProxy(server_folder, seed=7) as proxy:
        ...connect with host=proxy.folder...

It listens on a socket in a folder of its own, as the server does, and knows of the protocol only where
an answer ends (ReadyForQuery). What happens to an answer is decided by the seed, the connection's number
and the answer's number; which of the hub's calls these are depends on the threads' timing.

    lost      the server has done it; the answer is dropped, and both connections are cut
    late      the client's connection is cut; the server gets the request up to `late_seconds_max` later
    held      the answer comes late
    doubled   the answer comes twice
"""

import asyncio
import collections
import pathlib
import random
import shutil
import tempfile
import threading

READY_FOR_QUERY = ord("Z")
SOCKET = ".s.PGSQL.5432"
CHUNK = 1 << 16
# What is longer is not kept whole: it passes as it comes.
ANSWER_BYTES_MAX = 1 << 20
# A longer one would arrive in pieces, and the pieces of the second copy as answer of what is asked next.
DOUBLED_BYTES_MAX = 1 << 12


class LossyProxy:
    def __init__(self, server_folder, seed, chance=0.1, held_seconds_max=0.3, late_seconds_max=1.0):
        self.server = str(pathlib.Path(server_folder) / SOCKET)
        self.seed, self.chance = seed, chance
        self.held_seconds_max, self.late_seconds_max = held_seconds_max, late_seconds_max
        self.counts = collections.Counter()
        self.connections = 0
        self.folder = tempfile.mkdtemp(prefix="entrepot-proxy-", dir="/tmp")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._listening = threading.Event()

    def __enter__(self):
        self._thread.start()
        assert self._listening.wait(10), "the proxy does not start"
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        path = str(pathlib.Path(self.folder) / SOCKET)
        self._loop.run_until_complete(asyncio.start_unix_server(self._serve, path))
        self._listening.set()
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

    async def _serve(self, client_reader, client_writer):
        self.connections += 1
        chance = random.Random("%s/%d" % (self.seed, self.connections))
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self.server)
        except OSError:
            client_writer.close()
            return
        session = Session(self, chance, client_writer, server_writer)
        tasks = [asyncio.ensure_future(session.requests(client_reader)),
                 asyncio.ensure_future(session.answers(server_reader))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await session.over()
        except asyncio.CancelledError:
            pass
        finally:
            for task in tasks:
                task.cancel()
            for writer in (client_writer, server_writer):
                writer.close()


class Session:
    """One connection through the proxy. Ends when one of its two halves returns."""

    def __init__(self, proxy, chance, client, server):
        self.proxy, self.chance, self.client, self.server = proxy, chance, client, server
        self.logged_in = False
        self.late_request = b""

    async def requests(self, reader):
        while data := await self._read(reader):
            if self.logged_in and self._happens("late", 0.25):
                self.late_request = data
                return
            self.server.write(data)

    async def over(self):
        """What is on its way to the server arrives, also when nobody waits for the answer."""
        if not self.late_request:
            return
        self.client.close()
        await asyncio.sleep(self.chance.uniform(0, self.proxy.late_seconds_max))
        self.server.write(self.late_request)
        try:
            await self.server.drain()
        except OSError:
            pass

    async def answers(self, reader):
        buffer = bytearray()
        while data := await self._read(reader):
            buffer += data
            whole, ready = self._measure(buffer)
            if not whole or not (ready or len(buffer) > ANSWER_BYTES_MAX or self._unasked(buffer)):
                continue
            answer = bytes(buffer[:whole])
            del buffer[:whole]
            if not await self._pass(answer, ready):
                return
        self.client.write(bytes(buffer))

    async def _pass(self, answer, ready):
        """False: the connection is cut."""
        if ready and self._happens("lost", 0.25):
            return False
        if ready and self._happens("held", 0.25):
            await asyncio.sleep(self.chance.uniform(0, self.proxy.held_seconds_max))
        if self.logged_in and ready and len(answer) <= DOUBLED_BYTES_MAX and self._happens("doubled",
                                                                                          0.25):
            answer += answer
        self.logged_in |= ready
        self.client.write(answer)
        return True

    def _happens(self, fault, share):
        if self.chance.random() >= self.proxy.chance * share:
            return False
        self.proxy.counts[fault] += 1
        return True

    @staticmethod
    async def _read(reader):
        try:
            return await reader.read(CHUNK)
        except OSError:
            return b""

    @staticmethod
    def _unasked(buffer):
        """Notifications, notices and changed parameters come when they like; errors may be last words;
        what asks for a password or copies waits for the client."""
        return buffer[0] in b"ANSERGHWd"

    @staticmethod
    def _measure(buffer):
        """(bytes of whole messages, whether the last of them ends an answer)"""
        at, last = 0, None
        while at + 5 <= len(buffer):
            end = at + 1 + int.from_bytes(buffer[at + 1:at + 5], "big")
            if end > len(buffer):
                break
            at, last = end, buffer[at]
        return at, last == READY_FOR_QUERY
