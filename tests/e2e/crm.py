"""A company with a CRM in PostgreSQL, for tests that lose answers, processes and servers.

The CRM gives its rows serial keys and knows nothing unique about the hub's numbers: whatever is
written twice is there twice. Clients go both ways, orders to the CRM only.
"""

import collections
import threading
import time

import grpc

from company import write_table
from hub import pb

SCHEMA = """
CREATE TABLE clients (
  id serial PRIMARY KEY,
  hub_number text,
  name text NOT NULL,
  tax_id text,
  address text,
  price_type text,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON clients (changed_at, id);
CREATE INDEX ON clients (hub_number);
CREATE TABLE orders (
  id serial PRIMARY KEY,
  hub_number text,
  client integer NOT NULL REFERENCES clients,
  client_number text,
  status text
);
CREATE INDEX ON orders (hub_number);
CREATE FUNCTION clients_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  NOTIFY clients_changed;
  RETURN NEW;
END $$;
CREATE TRIGGER clients_changed BEFORE INSERT OR UPDATE ON clients
  FOR EACH ROW EXECUTE FUNCTION clients_changed();
CREATE ROLE entrepot LOGIN;
GRANT SELECT, INSERT, UPDATE ON clients, orders TO entrepot;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO entrepot;
"""

CONFIG = """
hub: {data_folder: data, listen: "127.0.0.1:0", time_zone: UTC, currency: EUR, log_level: warn}
limits: {apply_records_max: %(records_a_call)d, delivery_attempts_max: 1000}
%(authority)s
connections:
  crm:
    connector: sql
    interval: 2s
    options: {driver: postgresql, host: %(host)s, user: entrepot, database: postgres,
              listen: clients_changed}
    datasets:
      clients:
        kind: client
        direction: both
        options:
          query: >
            SELECT id, coalesce(hub_number, 'CRM-' || id) AS code, name, tax_id, address, price_type,
              changed_at
            FROM clients
          cursor: changed_at
          cursor_key: id
          lag: %(lag)s
          insert: >
            INSERT INTO clients (hub_number, name, tax_id, address, price_type)
            VALUES (:correlation_key, :name, :tax_id, :address, :price_type) RETURNING id
          update: >
            UPDATE clients SET name = :name, tax_id = :tax_id, address = :address,
              price_type = :price_type
            WHERE id = :outside_id
          find: SELECT id FROM clients WHERE id = :outside_id OR hub_number = :correlation_key
        mapping:
          key: id
          fields: {code: code, name: {from: name, required: true}, tax_id: tax_id, address: address,
                   price_type: price_type}
      orders:
        kind: order
        direction: out
        options:
          table: orders
          insert: >
            INSERT INTO orders (hub_number, client, client_number, status)
            VALUES (:correlation_key, :client, :client_number, :status) RETURNING id
          update: UPDATE orders SET status = :status WHERE id = :outside_id
          find: SELECT id FROM orders WHERE id = :outside_id OR hub_number = :correlation_key
        mapping:
          key: id
          fields: {number: hub_number, client_id: client, client_order_number: client_number,
                   status: status}
  warehouse:
    connector: csv
    options: {folder: exchange, delimiter: ";", settle: 0s}
    stock_includes: shipments
    datasets:
      warehouses:
        kind: warehouse
        options: {files: "warehouses*.csv", content: full}
        mapping: {key: [code], fields: {code: code, transfer_days: {constant: "0"}}}
      products:
        kind: product
        options: {files: "products*.csv", content: full}
        mapping:
          key: [sku]
          fields: {sku: sku, name: name, unit: {constant: H87}, vat_rates: [{percent: vat}]}
      prices:
        kind: price
        options: {files: "prices*.csv", content: full}
        mapping:
          key: [sku]
          fields:
            product_id: {from: sku, required: true}
            price_type: {constant: list}
            price: {amount: price, currency: {constant: EUR}}
            vat_included: {constant: "false"}
      stock:
        kind: stock_level
        options: {files: "stock*.csv", content: full}
        mapping:
          key: [sku, warehouse]
          fields:
            product_id: {from: sku, required: true}
            warehouse_id: {from: warehouse, required: true}
            on_hand: {from: on_hand, required: true}
logistics: {default_manager: olga}
sales: {default_price_type: list}
"""

TABLES = {
    "warehouses": ["code", "MAIN"],
    "products": ["sku;name;vat", "BLT;Bolt;20", "NUT;Nut;20"],
    "prices": ["sku;price", "BLT;2.50", "NUT;0.40"],
    "stock": ["sku;warehouse;on_hand", "BLT;MAIN;100000000", "NUT;MAIN;0"],
}

# The hub died, or is busy: ask again.
PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN,
           grpc.StatusCode.DEADLINE_EXCEEDED)


def config(host, records_a_call=20, lag="1s", authority=""):
    return CONFIG % {"host": host, "records_a_call": records_a_call, "lag": lag,
                     "authority": authority}


def write_catalogue(folder):
    for name, rows in TABLES.items():
        write_table(folder, name, rows)


class Seller(threading.Thread):
    """A program that enters clients, each with one order, and keeps the answers. What is not answered
    is asked again with the same request id, if need be of the next hub: see `repeat`."""

    def __init__(self, hub, name, count):
        super().__init__(daemon=True)
        self.hub, self.name_, self.count = hub, name, count
        self.clients = {}      # own name -> the hub's code
        self.orders = {}       # own name -> the hub's number
        self.passing = None    # why it stopped, where asking again will help
        self.failure = None

    def run(self):
        try:
            with self.hub.channel() as channel:
                self.enter_all(channel)
        except grpc.RpcError as error:
            if error.code() in PASSING:
                self.passing = error
            else:
                self.failure = error
        except Exception as error:  # shown by the test, which then fails
            self.failure = error

    def enter_all(self, channel):
        clients, orders = pb.ClientServiceStub(channel), pb.OrderServiceStub(channel)
        for number in range(self.count):
            own = "%s-%d" % (self.name_, number)
            if own not in self.clients:
                self.clients[own] = clients.CreateClient(pb.CreateClientRequest(
                    request_id="client-" + own, client=pb.Client(name=own, tax_id="T" + own)),
                    timeout=60).client.client.code
            if own not in self.orders:
                line = pb.PlaceOrderLine(sku="BLT", quantity=pb.Decimal(units=1 + number % 5))
                self.orders[own] = orders.PlaceOrder(pb.PlaceOrderRequest(
                    request_id="order-" + own, client_code=self.clients[own],
                    client_order_number=own, lines=[line]), timeout=60).order.order.number

    def repeat(self):
        """All that is not answered yet, until it is."""
        with self.hub.channel() as channel:
            self.enter_all(channel)


def sell(hub, names, count):
    """Sellers at work, one for each name."""
    sellers = [Seller(hub, name, count) for name in names]
    for seller in sellers:
        seller.start()
    return sellers


def join(sellers, seconds_max=3600):
    for seller in sellers:
        seller.join(seconds_max)
        assert not seller.is_alive(), "the hub does not answer"
        if seller.failure:
            raise seller.failure


def pending(hub):
    """Deliveries to the CRM that are not done, and those that need a person."""
    with hub.channel() as channel:
        status = pb.OperationServiceStub(channel).GetStatus(pb.GetStatusRequest(), timeout=60)
        readers = [r for r in status.readers if r.name == "sink:crm"]
        assert readers, "the hub has no sink crm: %s" % status
        behind = status.change_log_head - readers[0].cursor if readers[0].cursor else 1
        return readers[0].pending + behind, status.dead_letters


def wait_until_delivered(hub, seconds_max=150):
    """The hub tries again by itself, after pauses that grow; a person who does not want to wait for them
    says `entrepot sync`. That may fail, as long as the other side does."""
    def done():
        if pending(hub)[0] == 0:
            return True
        hub.cli("sync", "crm", code=None)
        return False

    wait_until(done, "all deliveries are done", seconds_max, every=0.5)


def wait_until(condition, what, seconds_max=60, every=0.05):
    """Returns how long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds_max, "not within %d s: %s" % (seconds_max, what)
        time.sleep(every)
    return time.monotonic() - begun


def count_crm(postgres, sellers):
    """Independently of the hub: the CRM's rows against the answers that clients of the hub got.
    Returns how many clients and orders there are."""
    clients = {own: code for seller in sellers for own, code in seller.clients.items()}
    orders = {own: number for seller in sellers for own, number in seller.orders.items()}
    differ(postgres.rows("SELECT name, hub_number FROM clients WHERE hub_number IS NOT NULL"),
           clients, "clients")
    differ(postgres.rows("SELECT client_number, hub_number FROM orders"), orders, "orders")
    strangers = postgres.run("SELECT count(*) FROM orders o JOIN clients c ON c.id = o.client "
                             "WHERE c.name <> o.client_number")
    assert strangers == "0", "%s orders are another client's" % strangers
    return len(clients), len(orders)


def differ(rows, answered, what):
    there, expected = collections.Counter(rows), collections.Counter(answered.items())
    assert there == expected, "%s: missing %r, too many %r" % (
        what, sorted(expected - there)[:10], sorted(there - expected)[:10])
