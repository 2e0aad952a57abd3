/**
 * What hosts reach packages through, and all that they reach outside the lab: an HTTP proxy on the machine's address in the lab that
 * speaks to the machine's own package sources and to nothing else. Its one argument is a file of settings: `address`, `port`,
 * `sources` (`name:port`) and `upstream`, the machine's own proxy.
 */
export const packageProxyPython = String.raw`import base64
import http.client
import http.server
import json
import os
import select
import socket
import socketserver
import sys
import urllib.parse

TIMEOUT = 60
HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "proxy-authorization"}
with open(sys.argv[1]) as file:
    settings = json.load(file)
sources = set(settings["sources"])
upstream = settings["upstream"] and urllib.parse.urlsplit(settings["upstream"])


def credentials():
    if not upstream or upstream.username is None:
        return {}
    pair = urllib.parse.unquote(upstream.username) + ":" + urllib.parse.unquote(upstream.password or "")
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        port = url.port or 80
        if url.scheme != "http" or f"{url.hostname}:{port}" not in sources:
            self.send_error(403, "Not one of the package sources of this machine")
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        if upstream:
            onward = http.client.HTTPConnection(upstream.hostname, upstream.port or 80, timeout=TIMEOUT)
            path = self.path
            headers.update(credentials())
        else:
            onward = http.client.HTTPConnection(url.hostname, port, timeout=TIMEOUT)
            path = urllib.parse.urlunsplit(("", "", url.path, url.query, ""))
        try:
            onward.request(self.command, path, headers=headers)
            answer = onward.getresponse()
        except OSError:
            self.send_error(502, "The package source does not answer")
            return
        with answer:
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            if answer.getheader("Content-Length") is None and answer.status not in (204, 304):
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            while self.command != "HEAD" and (chunk := answer.read(65536)):
                self.wfile.write(chunk)
        onward.close()

    do_HEAD = do_GET

    def do_CONNECT(self):
        self.close_connection = True
        host, _, port = self.path.rpartition(":")
        if self.path not in sources:
            self.send_error(403, "Not one of the package sources of this machine")
            return
        try:
            if upstream:
                onward = socket.create_connection((upstream.hostname, upstream.port or 80), TIMEOUT)
                lines = [f"CONNECT {self.path} HTTP/1.1", f"Host: {self.path}"]
                lines += [f"{name}: {value}" for name, value in credentials().items()]
                onward.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            else:
                onward = socket.create_connection((host, int(port)), TIMEOUT)
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        except OSError:
            self.send_error(502, "The package source does not answer")
            return
        with onward:
            others = {self.connection: onward, onward: self.connection}
            while ready := select.select(list(others), [], [], TIMEOUT)[0]:
                for end in ready:
                    chunk = end.recv(65536)
                    if not chunk:
                        return
                    others[end].sendall(chunk)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True


server = Server((settings["address"], settings["port"]), Handler)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
server.serve_forever()
`;
