#!/usr/bin/env python3
"""The metrics as Prometheus reads them: in good form, complete, and true; and what the example dashboard
and alerts name is there."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import company
from hub import ROOT, Hub

MONITORING = ROOT / "examples/monitoring"
# Of Prometheus itself.
FOREIGN = {"up"}


def names_in(expressions):
    return set(re.findall(r"\b(?:entrepot_\w+|up)\b", " ".join(expressions)))


class MetricsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="entrepot-metrics-")
        cls.folder = pathlib.Path(cls.scratch.name)
        company.write_all(cls.folder)
        # A row that is no product, and one whose product has not come.
        company.write_table(cls.folder, "stock", company.TABLES["stock"] + ["XXX;MAIN;4", "NUT;MAIN;x"])
        config = company.CONFIG.replace("hub: {", 'hub: {http_listen: "127.0.0.1:0", ')
        cls.hub = Hub(cls.folder, config)
        cls.hub.start()
        cls.hub.cli("sync", code=None)
        order = cls.hub.cli("order", "place", "-f", "-", "--output", "json",
                            input='{"client": "C-2", "lines": [{"sku": "WSH", "quantity": 4}]}')
        cls.hub.cli("order", "ship", json.loads(order.stdout)["order"]["order"]["number"])
        cls.hub.cli("sync")
        cls.hub.cli("records", "get", "product", "nothing", code=None)
        cls.text = cls.get("/metrics")

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()
        cls.scratch.cleanup()

    @classmethod
    def get(cls, path):
        with urllib.request.urlopen("http://%s%s" % (cls.hub.http, path), timeout=10) as answer:
            return answer.read().decode()

    def value(self, series):
        found = re.search("^%s (\\S+)$" % re.escape(series), self.text, re.MULTILINE)
        self.assertTrue(found, series + " is not there:\n" + self.text)
        return float(found.group(1))

    def test_the_form_is_prometheus(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.text, text=True,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_figures_are_true(self):
        self.assertEqual(self.value('entrepot_rows_total{dataset="warehouse/products",outcome="created"}'), 3)
        self.assertEqual(self.value('entrepot_rows_total{dataset="warehouse/stock",outcome="parked"}'), 1)
        self.assertEqual(self.value('entrepot_rows_total{dataset="warehouse/stock",outcome="dead"}'), 1)
        self.assertEqual(self.value('entrepot_parked_rows{dataset="warehouse/stock"}'), 1)
        self.assertEqual(self.value('entrepot_dead_letters{dataset="warehouse/stock"}'), 1)
        self.assertEqual(self.value('entrepot_records{kind="product"}'), 3)
        self.assertEqual(self.value('entrepot_deliveries{connection="ledger",state="delivered"}'), 1)
        self.assertEqual(
            self.value('entrepot_delivery_outcomes_total{connection="ledger",outcome="delivered"}'), 1)
        self.assertEqual(self.value('entrepot_calls_total{code="OK",method="PlaceOrder"}'), 1)
        self.assertEqual(self.value('entrepot_calls_total{code="NOT_FOUND",method="GetRecord"}'), 1)
        self.assertEqual(self.value('entrepot_call_duration_seconds_count{method="ShipOrder"}'), 1)
        self.assertGreaterEqual(self.value(
            'entrepot_connector_calls_total{call="apply",code="OK",connection="ledger"}'), 1)
        self.assertGreaterEqual(self.value('entrepot_runs_total{dataset="warehouse/stock",result="ok"}'), 1)
        self.assertEqual(self.value('entrepot_log_reader_lag_seconds{reader="sink:ledger"}'), 0)
        self.assertEqual(self.value('entrepot_writes_waiting{class="interactive"}'), 0)
        self.assertGreater(self.value("entrepot_store_bytes"), 4096)
        self.assertGreater(self.value("entrepot_change_log_head"), 10)
        self.assertEqual(self.value('entrepot_connection_state{connection="ledger",state="failed"}'), 0)

    def test_what_the_dashboard_and_the_alerts_name_is_there(self):
        shown = set(re.findall(r"^(\w+)(?:\{| )", self.text, re.MULTILINE))
        dashboard = json.loads((MONITORING / "dashboard.json").read_text())
        asked = names_in(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
        asked |= names_in(re.findall(r"label_values\((\w+)", json.dumps(dashboard["templating"])))
        alerts = (MONITORING / "alerts.yaml").read_text()
        asked |= names_in(line for line in alerts.splitlines() if "alert:" not in line)
        self.assertGreater(len(asked), 15)
        self.assertEqual(asked - shown - FOREIGN, set())
        documented = (ROOT / "docs/operate.md").read_text()
        families = set(re.findall(r"^# TYPE (entrepot_\w+)", self.text, re.MULTILINE))
        self.assertEqual({name for name in families if name not in documented}, set())

    def test_rules_and_configuration_are_good(self):
        for check in (["rules", "alerts.yaml"], ["config", "prometheus.yaml"]):
            done = subprocess.run(["promtool", "check", *check], cwd=MONITORING, text=True,
                                  capture_output=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_health(self):
        self.assertEqual(self.get("/healthz"), "ok\n")
        self.assertEqual(self.get("/readyz"), "ready\n")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.get("/etc/passwd")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main()
