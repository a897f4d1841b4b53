#!/usr/bin/env python3
"""Plays the warehouse system of a trading company in fasteners.

    warehouse.py FOLDER morning      everything, as exported at the start of a day
    warehouse.py FOLDER correction   the rows that were broken in the morning, put right
    warehouse.py FOLDER new-product  the product for which stock came too early

It writes what such systems write: windows-1251, ";", decimal commas, Russian headings, one file a
table. A file appears under its name only when it is complete.
"""

import csv
import datetime
import io
import os
import sys
import zoneinfo

NOW = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Moscow"))
TODAY = NOW.date()


def day(offset):
    return (TODAY + datetime.timedelta(days=offset)).strftime("%d.%m.%Y")


def number(value):
    return str(value).replace(".", ",")


FAMILIES = [  # code, name, group, unit, VAT, diameters, lengths, materials and coatings
    ("BLT", "Болт", "Крепёж", "шт", "20", (6, 8, 10, 12), (20, 30, 40, 45, 60, 80),
     (("сталь 8.8", "цинк"), ("сталь 8.8", "без покрытия"), ("A2", "без покрытия"))),
    ("SCR", "Саморез", "Крепёж", "шт", "20", (3, 4, 5), (16, 25, 41, 55), (("сталь", "фосфат"),)),
    ("ROD", "Шпилька", "Крепёж", "шт", "20", (8, 10, 12), (1000, 2000), (("сталь 4.8", "цинк"),)),
    ("CBL", "Кабель ВВГнг", "Электрика", "м", "20", (1.5, 2.5, 4), (3,), (("медь", "ПВХ"),)),
]
WAREHOUSES = [("MAIN", "Основной", "Москва, Складочная, 1", "0"),
              ("NORTH", "Северный", "Тверь, Заводская, 7", "2"),
              ("FAR", "Дальний", "Чита, Новая, 3", "")]


def products():
    """Every product with its attributes, in the order of the catalogue."""
    for code, name, group, unit, vat, diameters, lengths, makes in FAMILIES:
        for diameter in diameters:
            for length in lengths:
                for index, (material, coating) in enumerate(makes):
                    sku = "%s-%s-%s%s" % (code, diameter, length, "" if not index else "-%d" % index)
                    title = "%s %sх%s %s %s" % (name, number(diameter), length, material, coating)
                    yield (sku, title, name, group, unit, vat, number(diameter), str(length),
                           material, coating, "14" if code != "ROD" else "")
    yield ("WSH-8", "Шайба 8 DIN 125", "Шайба", "Крепёж", "шт", "20", "8", "", "сталь", "цинк", "14")
    yield ("GLV-1", "Перчатки рабочие", "Перчатки", "Спецодежда", "пара", "10", "", "", "хлопок",
           "ПВХ", "")
    # Units that the hub does not know yet: an IT person teaches it.
    yield ("TPE-19", "Изолента 19 мм", "Изолента", "Электрика", "рулончик", "20", "19", "", "ПВХ",
           "", "7")


# What the story turns on: nothing, or little, on the shelf.
SHORT = {"BLT-8-40": 0, "BLT-10-60": 30, "ROD-12-2000": 0, "SCR-5-55": 0, "GLV-1": 0}


def stock():
    moment = NOW.strftime("%d.%m.%Y %H:%M:%S")
    for position, row in enumerate(products()):
        sku, unit = row[0], row[4]
        for place, (warehouse, *_) in enumerate(WAREHOUSES):
            if sku in SHORT:
                amount = SHORT[sku] if warehouse == "MAIN" else 0
            else:
                amount = (position * 37 + place * 101) % 900 + 100
            if unit == "м":
                amount += 0.5
            held = 5 if position % 17 == 3 and place == 0 else 0
            reserved = 10 if position % 11 == 2 and place == 0 and amount > 10 else 0
            yield (sku, warehouse, number(amount), number(held), number(reserved), moment)
    yield ("NEW-1", "MAIN", "250", "0", "0", moment)  # its product comes later


def supplies():
    yield ("PO-71", "1", "BLT-8-40", "MAIN", "500", day(6), "ожидается")
    yield ("PO-71", "2", "BLT-10-60", "NORTH", "200", day(4), "ожидается")
    yield ("PO-68", "1", "BLT-8-40", "MAIN", "300", day(-3), "ожидается")  # late: promises nothing
    yield ("PO-72", "1", "SCR-5-55", "FAR", "1000", day(9), "задержана")


def relations():
    yield ("BLT-8-40", "BLT-8-45", "аналог", "1", "да", "", "")
    yield ("BLT-8-40", "BLT-8-40-2", "замена", "1", "нет", "01.01.2020", "")
    yield ("BLT-8-40", "WSH-8", "сопутствующий", "1", "нет", "", "")
    yield ("BLT-8-40", "BLT-8-40-1", "несовместим", "1", "да", "", "")
    yield ("ROD-12-2000", "ROD-12-1000", "аналог", "2", "нет", "", "")


def prices():
    for position, row in enumerate(products()):
        base = 350 + (position * 791) % 90000  # kopecks
        for kind, percent, included in (("Розничная", 100, "да"), ("Оптовая", 83, "нет")):
            kopecks = base * percent // 100
            yield (row[0], kind, "%d,%02d" % divmod(kopecks, 100), "руб", included, "01.01.2026")


TABLES = {
    "products": (("Артикул", "Наименование", "Семейство", "Группа", "Ед. изм.", "НДС, %",
                  "Диаметр, мм", "Длина, мм", "Материал", "Покрытие", "Срок поставки, дн."),
                 products),
    "warehouses": (("Код", "Наименование", "Адрес", "Доставка, дн."), lambda: WAREHOUSES),
    "stock": (("Артикул", "Склад", "Остаток", "Брак", "Резерв", "На момент"), stock),
    "supplies": (("Заказ поставщику", "Строка", "Артикул", "Склад", "Количество", "Ожидается",
                  "Состояние"), supplies),
    "analogues": (("Артикул", "Аналог", "Вид", "Коэффициент", "Взаимно", "Действует с",
                   "Действует по"), relations),
    "prices": (("Артикул", "Тип цен", "Цена", "Валюта", "НДС в цене", "Действует с"), prices),
}


def write(folder, table, rows, part):
    headings, _ = TABLES[table]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    stamp = NOW.strftime("%Y%m%d-%H%M%S")
    path = os.path.join(folder, "%s-%s%s.csv" % (table, stamp, part))
    with open(path + ".part", "wb") as file:
        file.write(text.getvalue().encode("windows-1251", errors="replace"))
    os.rename(path + ".part", path)


def broken(rows):
    """The morning's stock export: two rows that no system can take."""
    for number_of_row, row in enumerate(rows, start=1):
        if number_of_row == 10:
            row = row[:2] + ("12,3x",) + row[3:]
        if number_of_row == 20:
            row = ("",) + row[1:]
        yield row


def main(folder, what):
    os.makedirs(folder, exist_ok=True)
    if what == "morning":
        for table, (_, rows) in TABLES.items():
            write(folder, table, broken(rows()) if table == "stock" else rows(), "")
    elif what == "correction":
        write(folder, "stock", stock(), "")
    elif what == "new-product":
        write(folder, "products", [("NEW-1", "Дюбель 8х40", "Дюбель", "Крепёж", "шт", "20", "8",
                                    "40", "нейлон", "", "10")], "")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
