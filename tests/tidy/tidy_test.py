#!/usr/bin/env python3
"""The rules of tidy, on small sources."""

import unittest

import builds
import layers
import lengths
import names
import tree

FILES = {"connectors/csv/row_scanner.h", "core/store/store.h"}


def layer_findings(path, source):
    return [finding.text for finding in layers.check_file(path, source, FILES)]


class Layers(unittest.TestCase):
    def test_lets_a_folder_include_what_its_row_names_and_what_that_may_include(self):
        source = '#include "core/store/store.h"\n#include "core/base/reason.h"\n#include <string>\n'
        self.assertEqual(layer_findings("core/trade/a.cc", source), [])
        self.assertEqual(
            layer_findings("core/domain/a.cc", '#include "entrepot/v1/order.pb.h"'), []
        )

    def test_refuses_the_way_up_and_sideways(self):
        self.assertEqual(
            layer_findings("core/domain/a.cc", '#include "core/store/store.h"'),
            ["core/domain may not include core/store/store.h (core/store)"],
        )
        self.assertEqual(len(layer_findings("core/sync/a.cc", '#include "core/trade/a.h"')), 1)
        self.assertEqual(len(layer_findings("core/sync/a.cc", '#include "plugins/host/a.h"')), 1)
        self.assertEqual(len(layer_findings("core/api/a.cc", '#include "tests/a.h"')), 1)

    def test_keeps_connectors_to_the_sdk_and_to_themselves(self):
        fine = '#include <entrepot/sdk/connector.h>\n#include "row_scanner.h"\n'
        self.assertEqual(layer_findings("connectors/csv/a.cc", fine), [])
        for include in (
            '"core/base/reason.h"', '"connectors/ledger/a.h"', "<google/protobuf/message.h>",
            '"absl/status/status.h"', '"entrepot/v1/order.pb.h"',
        ):
            self.assertTrue(layer_findings("connectors/csv/a.cc", f"#include {include}"), include)

    def test_keeps_libraries_where_they_belong(self):
        self.assertTrue(layer_findings("core/sync/a.cc", "#include <sqlite3.h>"))
        self.assertFalse(layer_findings("core/store/a.cc", "#include <sqlite3.h>"))
        self.assertTrue(layer_findings("core/trade/a.cc", "#include <grpcpp/grpcpp.h>"))
        self.assertTrue(layer_findings("core/trade/a.cc", '#include "entrepot/v1/o.grpc.pb.h"'))
        self.assertTrue(layer_findings("core/domain/a.cc", '#include "core/base/clock.h"'))
        self.assertTrue(layer_findings("core/domain/a.cc", "#include <fstream>"))

    def test_does_not_read_comments(self):
        self.assertEqual(layer_findings("core/domain/a.cc", '// #include "core/store/a.h"'), [])

    def test_reads_the_table_of_the_architecture(self):
        table = layers.read_table(
            "## Folders\n\n```\nproto/entrepot/  v1/ records\ncore/base/  one concept\n"
            "core/domain/  what is true,\n             and pure   [base, proto]\n"
            "plugins/sdk/, sdkgen/  for authors  [base]\napp/hub/  everything  [all]\n```\n"
        )
        self.assertEqual(table["core/domain"], ["core/base", "proto"])
        self.assertEqual(table["core/base"], [])
        self.assertEqual(table["plugins/sdkgen"], ["core/base"])
        self.assertIn("plugins/sdk", table["app/hub"])
        self.assertEqual(layers.FOLDERS["core/trade"], ["core/store"])
        self.assertIn(layers.CONNECTOR, layers.FOLDERS)


def spans(source):
    return [(first, last) for first, last, _ in lengths.functions(source)]


class Functions(unittest.TestCase):
    def test_are_counted_from_the_signature_to_the_closing_brace(self):
        self.assertEqual(spans("namespace a {\n\nint\nF(int x) {\n  return x;\n}\n}\n"), [(3, 6)])

    def test_contain_their_lambdas_and_local_types(self):
        source = (
            "void F() {\n  struct S {\n    int G() { return 1; }\n  };\n"
            "  auto l = [] {\n  };\n}\n"
        )
        self.assertEqual(spans(source), [(1, 7)])

    def test_are_found_in_classes_behind_labels(self):
        source = (
            "class C : public B<int> {\n public:\n  C() : a_{1}, b_(2) {\n  }\n"
            " private:\n  int F() const override { return 1; }\n  int a_ = 0;\n};\n"
        )
        self.assertEqual(spans(source), [(3, 4), (6, 6)])

    def test_may_have_braces_in_their_headers(self):
        self.assertEqual(spans("void F(const A& a = {}) {\n\n}\n"), [(1, 3)])
        self.assertEqual(spans("C::C()\n    : a(B{1, 2}), c(3) {\n}\n"), [(1, 3)])

    def test_are_not_seen_in_values_comments_or_texts(self):
        self.assertEqual(spans("constexpr int kA[] = {1, 2};\nenum class E : int { kA };\n"), [])
        self.assertEqual(spans("// void F() {\n/* } */\nconst char* a = \"void F() {\";\n"), [])
        self.assertEqual(spans('const char kSql[] = R"sql(f() { )sql";\nvoid F() {\n}\n'), [(2, 3)])
        self.assertEqual(spans("char c = '{';\nint n = 1'000'000;\nvoid F() {\n}\n"), [(3, 4)])
        macro = "#define F(x) \\\n  do { \\\n  x } while (0)\n"
        self.assertEqual(spans(macro + "void G() {\n}\n"), [(4, 5)])

    def test_include_tests_and_templates(self):
        self.assertEqual(spans("TEST(Intake, Parks) {\n\n}\n"), [(1, 3)])
        self.assertEqual(spans("template <class T>\nT F(T t) {\n}\n"), [(1, 3)])
        self.assertEqual(spans('extern "C" {\nint f(void) {\n}\n}\n'), [(2, 3)])

    def test_of_seventy_lines_pass_and_of_one_more_do_not(self):
        body = "  x();\n"
        fine = "void F() {\n" + body * 68 + "}\n"
        self.assertEqual(list(lengths.check_functions("a.cc", fine)), [])
        long = "void F() {\n" + body * 69 + "}\n"
        found = list(lengths.check_functions("a.cc", long))
        self.assertEqual(str(found[0]), "a.cc:1: 71 lines, at most 70: cut a part out of void F()")
        python = "def f():\n" + "    x()\n" * 70
        self.assertEqual(len(list(lengths.check_functions("a.py", python))), 1)


class Names(unittest.TestCase):
    def test_of_kinds_are_read_from_the_contract(self):
        self.assertEqual(names.kinds()["stock_level"], "StockLevel")
        self.assertGreaterEqual(len(names.kinds()), 12)

    def test_of_kinds_are_found_however_they_are_written(self):
        kinds = {"order": "Order", "stock_level": "StockLevel"}
        for source in (
            "v1::Order order;", "case Kind::kStockLevel:", 'FindKind("order")', "record.order()",
            "record->mutable_stock_level()", "record.has_order()",
            '#include "entrepot/v1/order.pb.h"',
        ):
            found = list(names.kind_names_in("core/sync/a.cc", source, kinds))
            self.assertEqual(len(found), 1, source)

    def test_that_are_plain_words_are_no_kinds(self):
        kinds = {"order": "Order"}
        for source in (
            "// in the order of arrival: v1::Order", '"SELECT id FROM a ORDER BY id"',
            "std::memory_order_relaxed", "int order = 1;",
        ):
            self.assertEqual(list(names.kind_names_in("core/sync/a.cc", source, kinds)), [], source)

    def test_of_floating_types_are_found_in_code_only(self):
        self.assertEqual(len(list(names.floating_point_in("a.cc", "double price;"))), 1)
        self.assertEqual(len(list(names.floating_point_in("a.proto", "optional float x = 1;"))), 1)
        self.assertEqual(list(names.floating_point_in("a.cc", '// double\nf("double it");')), [])

    def test_of_files_must_say_something(self):
        for path in ("core/util/a.cc", "core/base/string_utils.h", "a/misc.cc", "a/Manager.ts",
                     "a/helpers/b.py"):
            self.assertTrue(names._BANNED.search(path), path)
        for path in ("core/base/backoff.h", "core/utility_bill.cc", "a/commonwealth.cc"):
            self.assertFalse(names._BANNED.search(path), path)

    def test_of_one_machines_folders_are_found(self):
        self.assertEqual(len(list(names.machine_paths_in("a.md", "cd /" + "home/anna/x"))), 1)
        self.assertEqual(list(names.machine_paths_in("a.md", "/var/lib/entrepot, ~/work/x")), [])


class Builds(unittest.TestCase):
    def test_let_a_connector_export_its_entry_only(self):
        entry = "0000000000011830 T entrepot_connector_entry_v1\n"
        self.assertEqual(list(builds.symbols_findings("a", entry, "")), [])
        self.assertEqual(len(list(builds.symbols_findings("a", entry + "0001 W _ZN1aEv\n", ""))), 1)
        self.assertEqual(len(list(builds.symbols_findings("a", "", ""))), 1)
        needed = " 0x01 (NEEDED)  Shared library: [libprotobuf.so.32]\n"
        self.assertEqual(len(list(builds.symbols_findings("a", entry, needed))), 1)
        needed = " 0x01 (NEEDED)  Shared library: [libicuuc.so.72]\n"
        self.assertEqual(list(builds.symbols_findings("a", entry, needed)), [])


class Tree(unittest.TestCase):
    def test_blanks_keep_lines_and_columns(self):
        source = 'a /* x\n y */ b "t" // c\nd'
        self.assertEqual(len(tree.code_only(source)), len(source))
        self.assertEqual(tree.code_only(source).count("\n"), 2)
        self.assertEqual(tree.without_comments(source).split(), ["a", "b", '"t"', "d"])

    def test_finds_its_own_files(self):
        self.assertIn("tests/tidy/tidy_test.py", tree.tracked_files())


if __name__ == "__main__":
    unittest.main()
