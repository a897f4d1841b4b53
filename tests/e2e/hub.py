"""A real hub for tests: entrepotd in a folder of its own, its command line, and gRPC stubs.

    with Hub(folder, CONFIG) as hub:
        hub.cli("sync")
        with hub.channel() as channel:
            pb.OrderServiceStub(channel).GetOrder(pb.GetOrderRequest(number="1001"))

`pb` holds the messages and stubs of entrepot.v1. They are generated here from proto/ once for each
build folder. The build folder is ENTREPOT_BUILD, or build/release.
"""

import fcntl
import importlib
import importlib.util
import os
import pathlib
import re
import signal
import subprocess
import sys
import types

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ENTREPOT_BUILD", ROOT / "build/release")).resolve()
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30


def _generate_stubs():
    """Into the build folder, when a proto is newer. Several tests may come at the same time."""
    folder, stamp = BUILD / "python", BUILD / "python/.made"
    folder.mkdir(parents=True, exist_ok=True)
    protos = sorted((ROOT / "proto").rglob("*.proto"))
    protos = [p for p in protos if "node_modules" not in p.parts]
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        newest = max(p.stat().st_mtime for p in protos)
        if not stamp.exists() or stamp.stat().st_mtime < newest:
            plugin = subprocess.run(["which", "grpc_python_plugin"], check=True,
                                    capture_output=True, text=True).stdout.strip()
            subprocess.run(["protoc", "-I", ROOT / "proto", "--python_out", folder,
                            "--grpc_out", folder, "--plugin", "protoc-gen-grpc=" + plugin, *protos],
                           check=True)
            stamp.touch()
    return folder


def _load(folder):
    sys.path.insert(0, str(folder))
    merged = types.SimpleNamespace()
    for file in sorted((folder / "entrepot/v1").glob("*_pb2*.py")):
        module = importlib.import_module("entrepot.v1." + file.stem)
        for name, value in vars(module).items():
            if not name.startswith("_") and not isinstance(value, types.ModuleType):
                setattr(merged, name, value)
    return merged


def _load_rpc(folder, name):
    # Beside the installed package "google" there is no room for a second one: loaded by its file.
    spec = importlib.util.spec_from_file_location("entrepot_" + name,
                                                  folder / "google/rpc" / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_STUBS = _generate_stubs()
pb = _load(_STUBS)
_status = _load_rpc(_STUBS, "status_pb2")
_details = _load_rpc(_STUBS, "error_details_pb2")


def error_info(error):
    """(reason, domain) of a failed call; an error without them fails the test."""
    trailers = {key: value for key, value in error.trailing_metadata()}
    status = _status.Status.FromString(trailers["grpc-status-details-bin"])
    assert status.code == error.code().value[0], "the codes of status and details differ"
    info = _details.ErrorInfo()
    assert status.details[0].Unpack(info), "the details hold no ErrorInfo"
    return info.reason, info.domain


class Hub:
    """entrepotd with a configuration in `folder`, which is the caller's."""

    def __init__(self, folder, config):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "entrepot.yaml"
        self.config.write_text(config, encoding="utf-8")
        self.process = None
        self.address = None  # of TCP
        self.http = None  # where hub.http_listen is set
        self.log = self.folder / "hub.log"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def socket(self):
        return self.folder / "data/hub.sock"

    @property
    def token(self):
        return (self.folder / "data/token").read_text().strip()

    def start(self):
        """Returns when the hub is ready."""
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([BUILD / "bin/entrepotd", "--config", self.config],
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"(\S+:\d+) \(gRPC", line)
        if not found:
            code = self.process.wait(START_SECONDS_MAX)
            raise AssertionError("the hub did not start (%d): %s%s" % (
                code, line, self.log.read_text()[-4000:]))
        self.address = found.group(1)
        http = re.search(r"http://(\S+)", line)
        self.http = http and http.group(1)

    def stop(self):
        """Ends it as an administrator would; it must end well."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS_MAX)
        self._forget()
        assert code == 0, "the hub ended with %d:\n%s" % (code, self.log.read_text()[-4000:])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._forget()

    def _forget(self):
        self.process.stdout.close()
        self.process = None

    def channel(self):
        """Over the unix socket."""
        return grpc.insecure_channel("unix:%s" % self.socket,
                                     options=[("grpc.use_local_subchannel_pool", 1)])

    def tcp_channel(self):
        return grpc.insecure_channel(self.address,
                                     options=[("grpc.use_local_subchannel_pool", 1)])

    def cli(self, *arguments, code=0, input=None, environment=None):
        """Runs entrepot; `code` is the exit code it must have, None: any."""
        done = subprocess.run([BUILD / "bin/entrepot", *map(str, arguments)], input=input, text=True,
                              capture_output=True, timeout=300, cwd=self.folder,
                              env={**os.environ, "ENTREPOT_CONFIG": str(self.config),
                                   "USER": "anna", "LANG": "C.UTF-8", **(environment or {})})
        assert code is None or done.returncode == code, "entrepot %s ended with %d, not %s:\n%s%s" % (
            " ".join(map(str, arguments)), done.returncode, code, done.stdout, done.stderr)
        return done
