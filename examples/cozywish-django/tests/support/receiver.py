"""A small HTTP server that keeps what it is sent, and can stand for a bucket."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    def __init__(self) -> None:
        #: The body of each request by method and path, without the query.
        self.received: list[tuple[str, str, bytes]] = []
        self.objects: dict[str, bytes] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            # So that a client that asks first whether it may send is answered.
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.received.append(("POST", self.path, self._body()))
                self._answer(200, b"{}")

            def do_PUT(self) -> None:
                receiver.objects[self._key()] = self._body()
                self._answer(200)

            def do_HEAD(self) -> None:
                self._answer(200 if self._key() in receiver.objects or self._key().count("/") == 1 else 404)

            def do_GET(self) -> None:
                body = receiver.objects.get(self._key())
                self._answer(404 if body is None else 200, body or b"")

            def _key(self) -> str:
                return self.path.partition("?")[0]

            def _body(self) -> bytes:
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def _answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
