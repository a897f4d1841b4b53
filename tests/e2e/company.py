"""A small trading company for tests: configuration, and the files of its warehouse system."""

CONFIG = """
hub: {data_folder: data, listen: "127.0.0.1:0", time_zone: UTC, currency: EUR}
connections:
  warehouse:
    connector: csv
    options: {folder: exchange, delimiter: ";", settle: 0s}
    stock_includes: shipments
    datasets:
      warehouses:
        kind: warehouse
        options: {files: "warehouses*.csv", content: full}
        mapping: {key: [code], fields: {code: code, name: name, transfer_days: {constant: "0"}}}
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
      clients:
        kind: client
        options: {files: "clients*.csv", content: full}
        mapping: {key: [code], fields: {code: code, name: name}}
      stock:
        kind: stock_level
        options: {files: "stock*.csv", content: full}
        mapping:
          key: [sku, warehouse]
          fields:
            product_id: {from: sku, required: true}
            warehouse_id: {from: warehouse, required: true}
            on_hand: {from: on_hand, required: true}
  ledger:
    connector: ledger
    options: {file: hub.journal}
    datasets: {invoices: {kind: invoice}}
logistics: {default_manager: olga}
sales: {default_price_type: list}
"""

TABLES = {
    "warehouses": ["code;name", "MAIN;Главный"],
    "products": ["sku;name;vat", "BLT;Болт М8;20", "NUT;Гайка М8;20", "WSH;Шайба;10"],
    "prices": ["sku;price", "BLT;2.50", "NUT;0.40", "WSH;0.10"],
    "clients": ["code;name", "C-1;ООО «Ромашка»", "C-2;Second"],
    "stock": ["sku;warehouse;on_hand", "BLT;MAIN;10", "NUT;MAIN;0", "WSH;MAIN;500"],
}


def write_table(folder, name, rows, suffix=""):
    """As a careful warehouse system does: under another name first."""
    exchange = folder / "exchange"
    exchange.mkdir(exist_ok=True)
    part = exchange / (name + suffix + ".csv.part")
    part.write_text("\n".join(rows) + "\n", encoding="utf-8")
    part.rename(exchange / (name + suffix + ".csv"))


def write_all(folder):
    for name, rows in TABLES.items():
        write_table(folder, name, rows)
