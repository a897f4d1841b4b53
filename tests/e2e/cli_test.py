#!/usr/bin/env python3
"""The command line as people and scripts use it: tables, JSON, exit codes, errors."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import company
from hub import BUILD, Hub

OK, REFUSED, USAGE, UNREACHABLE, NOT_FOUND, PARTLY = range(6)

ORDER = {"client": "C-1", "client_order_number": "Z-17", "wanted_on": "2099-12-01",
         "lines": [{"sku": "BLT", "quantity": "12", "unit_price": "2.50"},
                   {"sku": "WSH", "quantity": 30}]}


class CommandLineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="entrepot-cli-")
        cls.folder = pathlib.Path(cls.scratch.name)
        company.write_all(cls.folder)
        cls.hub = Hub(cls.folder, company.CONFIG)
        cls.hub.start()
        cls.first_sync = cls.hub.cli("sync").stdout
        (cls.folder / "order.json").write_text(json.dumps(ORDER))

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()
        cls.scratch.cleanup()

    def json(self, *arguments, code=OK):
        return json.loads(self.hub.cli(*arguments, "--output", "json", code=code).stdout)

    def place(self, request_id):
        answer = self.json("order", "place", "-f", "order.json", "--request-id", request_id)
        return answer["order"]["order"]["number"]

    def test_sync_reports_what_it_read(self):
        self.assertRegex(self.first_sync, r"warehouse/products +3 read, 3 created, 0 changed")
        again = self.hub.cli("sync", "--full").stdout
        self.assertRegex(again, r"all datasets +1\d read, 0 created, 0 changed")
        events = [json.loads(line) for line in
                  self.hub.cli("sync", "--output", "json").stdout.splitlines()]
        self.assertTrue(all("run" in event or "sink" in event for event in events))

    def test_status_and_connections(self):
        status = self.json("status")
        self.assertIn({"kind": "client", "records": "2"}, status["kinds"])
        self.assertIn("change log", self.hub.cli("status").stdout)
        table = self.hub.cli("connections").stdout
        self.assertIn("warehouse/stock", table)
        self.assertRegex(table, r"ledger +ledger")

    def test_an_order_is_placed_shown_and_cancelled(self):
        text = self.hub.cli("order", "place", "-f", "order.json", "--request-id", "once").stdout
        number = re.search(r"Order (\d+)", text).group(1)
        self.assertIn("request id once", text)
        self.assertIn("Болт М8", text)
        self.assertEqual(self.place("once"), number)
        self.assertIn("Z-17", self.hub.cli("order", "show", number).stdout)
        listed = self.json("order", "list", "--client", "C-1", "--status", "open")["orders"]
        self.assertIn(number, [o["order"]["number"] for o in listed])
        self.assertIn("cancelled", self.hub.cli("order", "cancel", number, "--reason", "tired").stdout)
        again = self.hub.cli("order", "cancel", number, code=REFUSED)
        self.assertIn("(ORDER_CLOSED)", again.stderr)
        self.assertEqual(again.stderr.count("\n"), 1)
        again = self.hub.cli("order", "cancel", number, "--output", "json", code=REFUSED)
        self.assertEqual(json.loads(again.stderr)["error"]["reason"], "ORDER_CLOSED")
        self.hub.cli("order", "cancel", number, "--actor", "Анна", code=USAGE)

    def test_an_order_comes_from_standard_input_too(self):
        answer = self.hub.cli("order", "place", "-f", "-", "--output", "json",
                              input='{"client": "C-2", "lines": [{"sku": "WSH", "quantity": 1}]}')
        line = json.loads(answer.stdout)["answers"][0]
        self.assertEqual(line["outcome"], "LINE_OUTCOME_ACCEPTED")
        wrong = self.hub.cli("order", "place", "-f", "-", code=USAGE, input='{"clinet": "C-2"}')
        self.assertIn('did you mean "client"?', wrong.stderr)

    def test_a_shipment_makes_an_invoice(self):
        answer = self.hub.cli("order", "place", "-f", "-", "--output", "json",
                              input='{"client": "C-2", "lines": [{"sku": "WSH", "quantity": 4}]}')
        number = json.loads(answer.stdout)["order"]["order"]["number"]
        shipped = self.json("order", "ship", number, "--line", "1=3")
        self.assertEqual(shipped["shipment"], 1)
        self.hub.cli("order", "ship", number, "--line", "1=2", code=REFUSED)
        self.hub.cli("order", "ship", number, "--line", "first", code=USAGE)

    def test_a_request_is_listed_and_answered(self):
        order = self.hub.cli("order", "place", "-f", "-", "--output", "json",
                             input='{"client": "C-2", "lines": [{"sku": "NUT", "quantity": 4}]}')
        request = json.loads(order.stdout)["answers"][0]["stockRequest"]
        self.assertIn("NUT", self.hub.cli("request", "list", "--assignee", "olga").stdout)
        self.hub.cli("request", "accept", request, "--date", "soon", code=USAGE)
        accepted = self.json("request", "accept", request, "--date", "2099-01-31")
        self.assertEqual(accepted["stockRequest"]["stockRequest"]["answeredBy"], "anna")
        self.assertIn("2099-01-31", self.hub.cli("request", "show", request).stdout)
        self.hub.cli("request", "arrive", request)
        self.hub.cli("request", "decline", request, "--reason", "x", code=REFUSED)

    def test_records_of_any_kind(self):
        table = self.hub.cli("records", "list", "stock_level").stdout
        self.assertIn("BLT/MAIN", table)
        lines = self.hub.cli("records", "list", "client").stdout.splitlines()
        starts = {re.sub(r"\S", "x", line.rstrip()).find("  ") for line in lines}
        self.assertGreaterEqual(len(lines), 3)
        self.assertTrue(starts)
        got = self.hub.cli("records", "get", "product", "BLT").stdout
        self.assertRegex(got, r"vat_rates\[0\]\.percent +20")
        self.assertIn("warehouse/products", self.hub.cli("records", "history", "product", "BLT").stdout)
        self.assertIn("warehouse/products", self.hub.cli("trace", "product", "BLT").stdout)
        self.hub.cli("records", "get", "product", "XXX", code=NOT_FOUND)
        self.assertIn('did you mean "product"?',
                      self.hub.cli("records", "list", "produkt", code=REFUSED).stderr)

    def test_stock_analogues_and_runs(self):
        self.assertRegex(self.hub.cli("stock", "available", "WSH", "--quantity", "5").stdout,
                         r"MAIN +Главный")
        self.hub.cli("stock", "available", "XXX", code=NOT_FOUND)
        self.hub.cli("analogues", "NUT", "--quantity", "3")
        self.assertIn("warehouse/clients", self.hub.cli("runs").stdout)
        self.hub.cli("parked")

    def test_help_has_examples_and_completion_knows_the_commands(self):
        top = self.hub.cli("--help").stdout
        self.assertIn("Exit codes:", top)
        commands = re.findall(r"^  ([a-z][a-z-]+) {2,}", top, re.M)
        self.assertIn("dead-letters", commands)
        for command in ("order place", "sync", "request accept", "trace", "connector test"):
            self.assertIn("Examples:", self.hub.cli(*command.split(), "--help").stdout)
        script = self.hub.cli("completion", "bash").stdout
        words = subprocess.run(
            ["bash", "-c", script + '\nCOMP_WORDS=(entrepot order pl); COMP_CWORD=2; _entrepot; '
             'echo "${COMPREPLY[@]}"'], check=True, capture_output=True, text=True).stdout
        self.assertEqual(words.strip(), "place")
        self.assertIn("#compdef entrepot", self.hub.cli("completion", "zsh").stdout)

    def test_usage_errors_end_with_2(self):
        for arguments in (["ordr"], ["order"], ["order", "show"], ["sync", "--fast"],
                          ["status", "--output", "xml"]):
            done = self.hub.cli(*arguments, code=USAGE)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


class BrokenRowTest(unittest.TestCase):
    def test_a_broken_row_ends_the_sync_with_5_and_is_kept(self):
        with tempfile.TemporaryDirectory(prefix="entrepot-broken-") as name:
            folder = pathlib.Path(name)
            company.write_all(folder)
            with Hub(folder, company.CONFIG) as hub:
                hub.cli("sync")
                company.write_table(folder, "stock", ["sku;warehouse;on_hand", "WSH;MAIN;lots",
                                                      "BLT;MAIN;10", "NUT;MAIN;0"], "-2")
                hub.cli("sync", "warehouse", code=PARTLY)
                self.check_letter(hub)

    def check_letter(self, hub):
        def letters():
            return json.loads(hub.cli("dead-letters", "list", "--output", "json").stdout)["deadLetters"]
        letter, = letters()
        self.assertEqual((letter["source"]["line"], letter["field"]), ("2", "on_hand"))
        self.assertIn("stock-2.csv:2:10", hub.cli("dead-letters", "list").stdout)
        self.assertIn("WSH;MAIN;lots", hub.cli("dead-letters", "show", letter["id"]).stdout)
        hub.cli("dead-letters", "replay", letter["id"], code=PARTLY)
        letter, = letters()
        hub.cli("dead-letters", "discard", letter["id"])
        self.assertEqual(letters(), [])
        hub.cli("dead-letters", "show", letter["id"], code=NOT_FOUND)


class WithoutAHubTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="entrepot-alone-")
        self.hub = Hub(self.scratch.name, company.CONFIG)

    def tearDown(self):
        self.scratch.cleanup()

    def test_says_how_to_start_it(self):
        done = self.hub.cli("status", code=UNREACHABLE)
        self.assertIn("hub not running", done.stderr)
        self.assertIn("entrepotd --config", done.stderr)

    def test_config_check_finds_mistakes_with_their_place(self):
        self.assertIn("no mistakes", self.hub.cli("config", "check").stdout)
        self.hub.config.write_text(company.CONFIG.replace("connector: csv", "connector: cvs"))
        done = self.hub.cli("config", "check", self.hub.config, code=USAGE)
        self.assertRegex(done.stdout, r"entrepot.yaml:5:\d+: ")
        problems = json.loads(self.hub.cli("config", "check", "--output", "json",
                                           code=USAGE).stdout)["problems"]
        self.assertEqual(problems[0]["line"], 5)
        with self.assertRaisesRegex(AssertionError, r"did not start \(2\)"):
            self.hub.start()
        json.loads(self.hub.cli("config", "schema").stdout)

    def test_a_missing_configuration_is_a_usage_error(self):
        self.hub.cli("status", code=USAGE, environment={"ENTREPOT_CONFIG": "nowhere.yaml"})

    def test_connectors_are_listed_without_a_hub(self):
        self.assertRegex(self.hub.cli("connector", "list").stdout, r"csv +\d+\.\d+\.\d+ +source")
        self.assertTrue((BUILD / "connectors/csv.so").exists())


if __name__ == "__main__":
    unittest.main()
