#!/usr/bin/env python3
"""What a person does when something does not come through: looks at a record's way, corrects a row and
applies it."""

import json
import pathlib
import tempfile
import unittest

import company
from hub import Hub

OK, REFUSED, USAGE, UNREACHABLE, NOT_FOUND, PARTLY = range(6)


class RepairTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="entrepot-repair-")
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        company.write_all(self.folder)
        self.hub = Hub(self.folder, company.CONFIG)
        self.hub.start()
        self.addCleanup(self.hub.stop)
        self.hub.cli("sync")

    def json(self, *arguments, **options):
        return json.loads(self.hub.cli(*arguments, "--output", "json", **options).stdout)

    def letter(self):
        letters = self.json("dead-letters", "list")["deadLetters"]
        self.assertEqual(len(letters), 1, letters)
        return letters[0]["id"]

    def test_a_row_is_corrected_and_applied(self):
        company.write_table(self.folder, "products", company.TABLES["products"] + ["PIN;Штифт;x"], "-2")
        self.hub.cli("sync", code=PARTLY)
        letter = self.letter()
        wrong = self.hub.cli("dead-letters", "edit", letter, "--set", "vta=20", code=REFUSED)
        self.assertIn('did you mean "vat"?', wrong.stderr)
        self.hub.cli("dead-letters", "edit", letter, "--set", "vat", code=USAGE)
        edited = self.hub.cli("dead-letters", "edit", letter, "--set", "vat=20")
        self.assertRegex(edited.stdout, r"vat +20 +x")
        shown = self.hub.cli("dead-letters", "show", letter).stdout
        self.assertRegex(shown, r"edited by +anna")
        self.assertIn("PIN;Штифт;x", shown)
        self.hub.cli("dead-letters", "replay", letter)
        self.assertRegex(self.hub.cli("records", "get", "product", "PIN").stdout, r"percent +20")
        traced = self.hub.cli("trace", "product", "PIN").stdout
        self.assertIn("anna corrected its row from warehouse/products: vat: x → 20", traced)
        self.assertIn("products-2.csv, line 5", traced)

    def test_a_row_is_corrected_in_an_editor(self):
        company.write_table(self.folder, "products", company.TABLES["products"] + ["PIN;Штифт;x"], "-2")
        self.hub.cli("sync", code=PARTLY)
        letter = self.letter()
        same = self.hub.cli("dead-letters", "edit", letter, "--editor", code=USAGE,
                            environment={"VISUAL": "true"})
        self.assertIn("nothing was changed", same.stderr)
        self.hub.cli("dead-letters", "edit", letter, "--editor",
                     environment={"VISUAL": "sed -i 's/^vat: .*/vat: 10/'"})
        self.hub.cli("dead-letters", "replay", letter)
        self.assertRegex(self.hub.cli("records", "get", "product", "PIN").stdout, r"percent +10")

    def test_an_order_is_traced_to_the_ledger(self):
        order = self.json("order", "place", "-f", "-", input=json.dumps(
            {"client": "C-1", "lines": [{"sku": "WSH", "quantity": 2}]}))
        number = order["order"]["order"]["number"]
        self.hub.cli("order", "ship", number)
        self.hub.cli("sync")
        traced = self.hub.cli("trace", "order", number).stdout
        self.assertIn("entered by anna", traced)
        self.assertIn("client: C-1", traced)
        self.assertIn("refers to client C-1, product WSH", traced)
        self.assertIn("invoice %s-1 made by the hub itself (invoice)" % number, traced)
        self.assertIn('invoice %s-1 is at ledger, which calls it "%s-1"' % (number, number), traced)
        self.assertRegex(traced, r"invoice %s-1 +ledger +%s-1" % (number, number))
        self.assertNotIn("Still open", traced)
        steps = self.json("trace", "order", number)["steps"]
        self.assertEqual(sorted(s["at"] for s in steps), [s["at"] for s in steps])

    def test_what_is_open_is_told_last(self):
        order = self.json("order", "place", "-f", "-", input=json.dumps(
            {"client": "C-2", "lines": [{"sku": "NUT", "quantity": 4}]}))
        number = order["order"]["order"]["number"]
        request = order["answers"][0]["stockRequest"]
        self.hub.cli("request", "accept", request, "--date", "2099-01-31")
        company.write_table(self.folder, "stock", company.TABLES["stock"] + ["NEW;MAIN;4"], "-2")
        self.hub.cli("sync")
        traced = self.hub.cli("trace", "order", number).stdout
        self.assertIn("stock request %s " % request, traced)
        self.assertIn("2099-01-31", traced)
        company.write_table(self.folder, "products", company.TABLES["products"] + ["NUT;Гайка;?"], "-2")
        self.hub.cli("sync", code=PARTLY)
        product = self.hub.cli("trace", "product", "NUT").stdout
        self.assertRegex(product, r"(?s)Still open:.*a row of it from warehouse/products "
                                  r"\(products-2.csv, line 5\) needs a person")


if __name__ == "__main__":
    unittest.main()
