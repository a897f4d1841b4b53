#!/usr/bin/env python3
"""The hub beside a CRM in a real PostgreSQL: changes come at once, outages are sat out."""

import os
import pathlib
import re
import tempfile
import time
import unittest

import grpc

import company
from hub import ROOT, Hub, pb
from postgres import Postgres

TIMEOUT = 30

README = (ROOT / "connectors/sql/README.md").read_text(encoding="utf-8")
HUB = """
hub: {data_folder: data, listen: "127.0.0.1:0", time_zone: Europe/Moscow, currency: EUR}
"""


def example(language):
    """The first block of that language in the connector's page."""
    return re.search("```%s\n(.*?)```" % language, README, re.DOTALL).group(1)


# The warehouse's clients are to be in the CRM as well.
WAREHOUSE = """
  warehouse:
    connector: csv
    options: {folder: exchange, delimiter: ";", settle: 0s}
    datasets:
      clients:
        kind: client
        options: {files: "clients*.csv"}
        mapping: {key: [code], fields: {code: code, name: name}}
"""


def config(host):
    """The page's own configuration, on the test's server."""
    return HUB + example("yaml").replace(
        "postgresql://entrepot@crm.example:5432/crm",
        "postgresql://entrepot@/postgres?host=" + host).replace("sslmode: verify-full", "") + WAREHOUSE


class SqlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["CRM_PASSWORD"] = "geheim42"
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.do, "destroy")
        cls.postgres.run(example("sql"))
        cls.postgres.run("INSERT INTO clients (name) VALUES ('Anna')")
        cls.scratch = tempfile.TemporaryDirectory(prefix="entrepot-sql-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = pathlib.Path(cls.scratch.name)
        company.write_table(cls.folder, "clients", ["code;name", "W-1;Wanda", "W-2;Wolf"])
        cls.hub = Hub(cls.folder, config(cls.postgres.folder))
        cls.hub.start()
        cls.addClassCleanup(cls.hub.stop)
        cls.channel = cls.hub.channel()
        cls.addClassCleanup(cls.channel.close)
        cls.clients = pb.ClientServiceStub(cls.channel)

    def name_of(self, code):
        """None: the hub has no such client."""
        try:
            answer = self.clients.GetClient(pb.GetClientRequest(code=code), timeout=TIMEOUT)
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.NOT_FOUND)
            return None
        return answer.client.client.name

    def wait_for(self, code, name, seconds=TIMEOUT):
        """How long it took until the client had that name."""
        begin = time.monotonic()
        while self.name_of(code) != name:
            self.assertLess(time.monotonic() - begin, seconds, self.hub.log.read_text()[-2000:])
            time.sleep(0.02)
        return time.monotonic() - begin

    def test_a_change_is_in_the_hub_within_two_seconds(self):
        self.wait_for("CRM-1", "Anna")
        for name in ("Anna P", "Anna K", "Anna"):
            self.postgres.run("UPDATE clients SET name = '%s' WHERE id = 1" % name)
            self.wait_for("CRM-1", name, seconds=2)
        number = self.postgres.run("INSERT INTO clients (name) VALUES ('Boris') RETURNING id")
        self.wait_for("CRM-" + number, "Boris", seconds=2)

    def test_a_server_that_comes_back_is_listened_to_again(self):
        self.wait_for("CRM-1", "Anna")
        self.postgres.do("stop")
        self.postgres.do("start")
        number = self.postgres.run("INSERT INTO clients (name) VALUES ('Clara') RETURNING id")
        self.wait_for("CRM-" + number, "Clara", seconds=60)
        self.postgres.run("UPDATE clients SET name = 'Clara P' WHERE id = " + number)
        self.wait_for("CRM-" + number, "Clara P", seconds=10)

    def crm(self, number):
        """Rows and name of the hub's client in the CRM."""
        return self.postgres.run("SELECT count(*), max(name) FROM clients WHERE hub_number = '%s'" %
                                 number)

    def test_a_client_of_the_hub_is_in_the_crm_once_and_stays_equal(self):
        self.hub.cli("sync")
        self.assertEqual(self.crm("W-1"), "1|Wanda")
        self.assertEqual(self.crm("W-2"), "1|Wolf")
        self.postgres.run("UPDATE clients SET name = 'Wanda P' WHERE hub_number = 'W-1'")
        self.wait_for("W-1", "Wanda P", seconds=5)
        company.write_table(self.folder, "clients", ["code;name", "W-2;Wolfgang"], suffix="-2")
        self.hub.cli("sync")
        self.assertEqual(self.crm("W-2"), "1|Wolfgang")
        for _ in range(2):
            self.hub.cli("sync")
        self.assertEqual(self.crm("W-1"), "1|Wanda P")
        self.assertEqual(self.postgres.run("SELECT count(*) FROM clients WHERE hub_number LIKE 'CRM%'"),
                         "0", "what the CRM itself has entered has a row already")

    def test_the_password_is_in_no_log(self):
        self.assertNotIn("geheim42", self.hub.log.read_text())


if __name__ == "__main__":
    unittest.main()
