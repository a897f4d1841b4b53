#!/usr/bin/env python3
"""A program in another language on the hub's gRPC services: orders, watching, errors, access."""

import pathlib
import tempfile
import threading
import unittest

import grpc

import company
from hub import Hub, error_info, pb

TIMEOUT = 30


def order(request_id, *lines, client="C-1"):
    return pb.PlaceOrderRequest(
        request_id=request_id, client_code=client,
        lines=[pb.PlaceOrderLine(sku=sku, quantity=pb.Decimal(units=n)) for sku, n in lines])


class ServiceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="entrepot-service-")
        cls.folder = pathlib.Path(cls.scratch.name)
        company.write_all(cls.folder)
        cls.hub = Hub(cls.folder, company.CONFIG)
        cls.hub.start()
        cls.channel = cls.hub.channel()
        cls.orders = pb.OrderServiceStub(cls.channel)
        list(pb.OperationServiceStub(cls.channel).Sync(pb.SyncRequest(), timeout=TIMEOUT))

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()
        cls.hub.stop()
        cls.scratch.cleanup()

    def fails(self, call, code, reason):
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        self.assertEqual(caught.exception.code(), code)
        self.assertEqual(error_info(caught.exception), (reason, "entrepot"))

    def test_places_watches_and_cancels_an_order(self):
        answer = self.orders.PlaceOrder(order("watched", ("WSH", 3), ("NUT", 5)), timeout=TIMEOUT)
        number = answer.order.order.number
        self.assertEqual([a.outcome for a in answer.answers],
                         [pb.LINE_OUTCOME_ACCEPTED, pb.LINE_OUTCOME_BACK_ORDERED])
        self.assertEqual(answer.answers[1].assignee, "olga")
        self.assertEqual(answer.answers[1].expectation.basis, pb.EXPECTATION_BASIS_UNKNOWN)

        seen, first = [], threading.Event()

        def watch():
            for step in self.orders.WatchOrder(pb.WatchOrderRequest(number=number),
                                               timeout=TIMEOUT):
                seen.append(step.order)
                first.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        self.assertTrue(first.wait(TIMEOUT))
        self.orders.CancelOrder(pb.CancelOrderRequest(request_id="cancel", number=number,
                                                      reason="a test"), timeout=TIMEOUT)
        watcher.join(TIMEOUT)
        self.assertEqual(seen[0].order.status, pb.ORDER_STATUS_OPEN)
        self.assertEqual(seen[-1].order.status, pb.ORDER_STATUS_CANCELLED)
        self.fails(lambda: self.orders.CancelOrder(pb.CancelOrderRequest(
            request_id="cancel again", number=number), timeout=TIMEOUT),
            grpc.StatusCode.FAILED_PRECONDITION, "ORDER_CLOSED")

    def test_gives_the_first_answer_to_a_repeated_request(self):
        first = self.orders.PlaceOrder(order("twice", ("WSH", 1)), timeout=TIMEOUT)
        second = self.orders.PlaceOrder(order("twice", ("WSH", 1)), timeout=TIMEOUT)
        self.assertEqual(first, second)
        self.fails(lambda: self.orders.PlaceOrder(order("twice", ("WSH", 2)), timeout=TIMEOUT),
                   grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")

    def test_a_watcher_sees_the_managers_answer(self):
        answer = self.orders.PlaceOrder(order("asked", ("NUT", 7)), timeout=TIMEOUT)
        requests = pb.StockRequestServiceStub(self.channel)
        watch = self.orders.WatchOrder(
            pb.WatchOrderRequest(number=answer.order.order.number), timeout=TIMEOUT)
        next(watch)
        requests.AcceptStockRequest(pb.AcceptStockRequestRequest(
            request_id="promise", number=answer.answers[0].stock_request,
            promised_on=pb.Date(year=2099, month=1, day=31)), timeout=TIMEOUT)
        line = next(watch).order.order.lines[0]
        watch.cancel()
        self.assertEqual(line.expectation.basis, pb.EXPECTATION_BASIS_PROMISED)
        self.assertEqual(line.expectation.date.year, 2099)

    def test_every_error_has_a_reason(self):
        self.fails(lambda: self.orders.PlaceOrder(order("e1", ("WSH", 1), client="C-9"),
                                                  timeout=TIMEOUT),
                   grpc.StatusCode.NOT_FOUND, "CLIENT_NOT_FOUND")
        self.fails(lambda: self.orders.PlaceOrder(order("e2", ("XXX", 1)), timeout=TIMEOUT),
                   grpc.StatusCode.NOT_FOUND, "PRODUCT_NOT_FOUND")
        self.fails(lambda: self.orders.PlaceOrder(order("e3", ("WSH", -1)), timeout=TIMEOUT),
                   grpc.StatusCode.INVALID_ARGUMENT, "BAD_QUANTITY")
        self.fails(lambda: self.orders.PlaceOrder(order("e4"), timeout=TIMEOUT),
                   grpc.StatusCode.INVALID_ARGUMENT, "NO_LINES")
        self.fails(lambda: self.orders.GetOrder(pb.GetOrderRequest(number="9999"),
                                                timeout=TIMEOUT),
                   grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND")
        self.fails(lambda: self.orders.ListOrders(pb.ListOrdersRequest(page_token="x"),
                                                  timeout=TIMEOUT),
                   grpc.StatusCode.INVALID_ARGUMENT, "BAD_PAGE_TOKEN")
        operation = pb.OperationServiceStub(self.channel)
        self.fails(lambda: operation.ListRecords(pb.ListRecordsRequest(kind="produkt"),
                                                 timeout=TIMEOUT),
                   grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_KIND")
        self.fails(lambda: list(operation.Sync(pb.SyncRequest(connections=["shop"]),
                                               timeout=TIMEOUT)),
                   grpc.StatusCode.NOT_FOUND, "CONNECTION_NOT_FOUND")
        unknown = self.channel.unary_unary("/entrepot.v1.OrderService/PaintOrder")
        self.fails(lambda: unknown(b"", timeout=TIMEOUT),
                   grpc.StatusCode.UNIMPLEMENTED, "UNKNOWN_METHOD")

    def test_tcp_needs_the_token(self):
        with self.hub.tcp_channel() as channel:
            operation = pb.OperationServiceStub(channel)
            request = pb.GetStatusRequest()
            self.fails(lambda: operation.GetStatus(request, timeout=TIMEOUT),
                       grpc.StatusCode.UNAUTHENTICATED, "NO_TOKEN")
            self.fails(lambda: operation.GetStatus(request, timeout=TIMEOUT,
                                                   metadata=[("authorization", "Bearer x")]),
                       grpc.StatusCode.UNAUTHENTICATED, "BAD_TOKEN")
            right = [("authorization", "Bearer " + self.hub.token)]
            status = operation.GetStatus(request, timeout=TIMEOUT, metadata=right)
            self.assertEqual({k.kind: k.records for k in status.kinds}["product"], 3)
        self.assertEqual((self.folder / "data/token").stat().st_mode & 0o777, 0o600)
        self.assertEqual((self.folder / "data").stat().st_mode & 0o777, 0o700)
        self.assertEqual(self.hub.socket.stat().st_mode & 0o777, 0o600)

    def test_history_names_the_origin_of_every_field(self):
        operation = pb.OperationServiceStub(self.channel)
        history = operation.GetHistory(pb.GetHistoryRequest(
            name=pb.RecordName(kind="product", key="BLT")), timeout=TIMEOUT)
        self.assertEqual({o.origin for o in history.origins}, {"warehouse/products"})
        self.assertIn("name", {o.field for o in history.origins})

    def test_reflection_and_health_answer(self):
        # By hand, as Debian has no Python package of either: list_services is field 7, an empty
        # text; the health check's answer is field 1 with the value SERVING.
        reflect = self.channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
        answer = next(reflect(iter([b"\x3a\x00"]), timeout=TIMEOUT))
        for service in ("OrderService", "StockService", "ClientService", "ProductService",
                        "StockRequestService", "OperationService"):
            self.assertIn(b"entrepot.v1." + service.encode(), answer)
        health = self.channel.unary_unary("/grpc.health.v1.Health/Check")
        self.assertEqual(health(b"", timeout=TIMEOUT), b"\x08\x01")

    def test_a_request_that_is_too_large_is_refused(self):
        request = order("large", ("WSH", 1))
        request.client_order_number = "x" * (5 << 20)
        with self.assertRaises(grpc.RpcError) as caught:
            self.orders.PlaceOrder(request, timeout=TIMEOUT)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)


class ShutdownTest(unittest.TestCase):
    def test_a_watcher_learns_that_the_hub_stops(self):
        with tempfile.TemporaryDirectory(prefix="entrepot-stop-") as name:
            folder = pathlib.Path(name)
            company.write_all(folder)
            hub = Hub(folder, company.CONFIG)
            hub.start()
            hub.cli("sync")
            with hub.channel() as channel:
                watch = pb.StockServiceStub(channel).WatchAvailability(
                    pb.WatchAvailabilityRequest(sku="BLT"), timeout=TIMEOUT)
                next(watch)
                hub.stop()
                with self.assertRaises(grpc.RpcError) as caught:
                    next(watch)
                self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
                self.assertEqual(error_info(caught.exception)[0], "SHUTTING_DOWN")

    def test_a_second_hub_on_the_same_store_refuses_to_start(self):
        with tempfile.TemporaryDirectory(prefix="entrepot-second-") as name:
            config = "hub: {data_folder: data, listen: '127.0.0.1:0', time_zone: UTC, " \
                     "currency: EUR}\nlogistics: {default_manager: olga}\n"
            with Hub(name, config):
                with self.assertRaisesRegex(AssertionError, "STORE_IN_USE"):
                    Hub(name, config).start()


if __name__ == "__main__":
    unittest.main()
