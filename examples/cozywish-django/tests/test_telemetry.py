"""Sentry and OpenTelemetry, sending to a server of ours."""

import gzip
import json
import zlib

from django.test import SimpleTestCase, tag

from .support.processes import Place, stop
from .support.receiver import Receiver
from .support.servers import wait_until

WHO = {"COZY_RELEASE": "r42", "COZY_ENVIRONMENT": "staging", "COZY_INSTANCE": "web-1"}


@tag("processes")
class TelemetryTest(SimpleTestCase):
    def setUp(self) -> None:
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.place = Place(**WHO)
        self.addCleanup(self.place.close)

    def received(self, path: str) -> bytes:
        found = [plain(body) for _, where, body in self.receiver.received if where.startswith(path)]
        return b"\n".join(found)

    def test_sentry_is_told_of_an_error_and_who_had_it(self) -> None:
        # A database without tables, so that the first page fails.
        empty = self.place.folder / "empty.sqlite"
        self.place.start_web(SENTRY_DSN=f"http://key@{self.receiver.address}/7", DATABASE_URL=f"sqlite:///{empty}")
        self.assertIn("500", self.place.get("/venues?q=was-looked-for").splitlines()[0])
        wait_until(lambda: b"OperationalError" in self.received("/api/7/"), "Sentry has the error")
        lines = [json.loads(line) for line in self.received("/api/7/").splitlines() if line.startswith(b"{")]
        event = next(line for line in lines if "exception" in line)
        self.assertEqual((event["release"], event["environment"], event["server_name"]), ("r42", "staging", "web-1"))

    def test_opentelemetry_has_a_span_of_each_page_and_none_of_probes(self) -> None:
        web = self.place.start_web(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{self.receiver.address}")
        self.place.get("/venues")
        self.place.get("/readyz")
        # What is left is sent at the end.
        self.assertEqual(stop(web)[0], 0)
        spans = self.received("/v1/traces")
        for text in (b"GET venues", b"cozywish-django", b"service.version", b"r42", b"deployment.environment.name",
                     b"staging", b"service.instance.id", b"web-1"):  # fmt: skip
            self.assertIn(text, spans)
        self.assertNotIn(b"readyz", spans)


def plain(body: bytes) -> bytes:
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            return unpack(body)
        except (OSError, zlib.error):
            continue
    return body
