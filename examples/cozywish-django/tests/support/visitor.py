"""Somebody with a browser, on the unix socket of a `Place`."""

import re
import socket
from urllib.parse import urlencode

from .processes import Place


class Visitor:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.cookies: dict[str, str] = {}

    def sign_up(self) -> None:
        page = self.request("GET", "/sign-up")
        form = {"name": "Ann", "email": "ann@cozywish.example", "password": "a-quiet-evening-7", "next": "/"}
        answer = self.post("/sign-up", form, page)
        assert "303" in answer.splitlines()[0], answer[:600]

    def book_first_free(self) -> str:
        """Books at the first place that has a time tomorrow or later. Returns the answer to the form."""
        venue = self.first(r'href="(/venues/[a-z-]+)"', self.request("GET", "/venues"))
        service = self.first(r'href="(/venues/[a-z-]+/services/[a-z-]+)"', self.request("GET", venue))
        day = re.findall(r"day=(\d{4}-\d\d-\d\d)", self.request("GET", service))[-1]
        link = self.first(r'href="([^"]+/book\?[^"]+)"', self.request("GET", f"{service}?day={day}"))
        page = self.request("GET", link.replace("&amp;", "&"))
        start = self.first(r'name="start" value="(\d+)"', page)
        return self.post(f"{service}/book", {"day": day, "start": start}, page)

    def post(self, path: str, form: dict[str, str], page: str) -> str:
        token = self.first(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        return self.request("POST", path, urlencode({**form, "csrfmiddlewaretoken": token}))

    def request(self, method: str, path: str, body: str = "") -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            f"Cookie: {cookies}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(str(self.place.socket))
            client.sendall("\r\n".join([*lines, "", body]).encode())
            answer = b""
            while part := client.recv(65_536):
                answer += part
        text = answer.decode()
        for name, value in re.findall(r"^Set-Cookie: ([^=]+)=([^;]*)", text, re.MULTILINE):
            self.cookies[name] = value
        return text

    @staticmethod
    def first(pattern: str, text: str) -> str:
        found = re.search(pattern, text)
        assert found, f"no {pattern} in:\n{text[:2000]}"
        return found.group(1)
