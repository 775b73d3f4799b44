"""A relay between clients on this machine and the simulated tenant, over plain HTTP.

It keeps the family tree of refresh tokens: which one was given for which. Nobody else could: the provider keeps no
tree, and a client that is killed tells nothing.
"""

import hashlib
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

HOST = "login.microsoftonline.com"


def short(token):
    """What stands for a token here."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class Relay:
    def __init__(self, simulator):
        self.parents, self.by_access_token, self.lock = {}, {}, threading.Lock()
        self.requests = 0
        relay, local = self, threading.local()

        def session():
            if not hasattr(local, "session"):
                local.session = requests.Session()
                local.session.trust_env = False
                local.session.verify = simulator.ca
            return local.session

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                names = {"content-type", "accept", "client-request-id", "authorization"}
                headers = {name: value for name, value in self.headers.items() if name.lower() in names}
                answer = session().request(
                    self.command, f"https://localhost:{simulator.port}{self.path}", data=body,
                    headers=dict(headers, Host=HOST), allow_redirects=False, timeout=10)
                relay.note(body, answer)
                self.send_response(answer.status_code)
                self.send_header("content-type", answer.headers.get("content-type", "text/plain"))
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = pass_on

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, body, answer):
        form = dict(urllib.parse.parse_qsl(body.decode()))
        if answer.status_code != 200 or "grant_type" not in form:
            return
        given = json.loads(answer.content)
        if "refresh_token" in given:
            with self.lock:
                self.requests += 1
                child = short(given["refresh_token"])
                self.parents[child] = short(form["refresh_token"]) if "refresh_token" in form else None
                self.by_access_token[short(given["access_token"])] = child

    def ancestors(self, token):
        """Those that it came from."""
        with self.lock:
            found, token = [], self.parents.get(token)
            while token:
                found.append(token)
                token = self.parents.get(token)
            return found


class Relayed:
    """An `http_client` for MSAL that asks the relay for what it would ask Entra for."""

    def __init__(self, address):
        self.address, self.session = address, requests.Session()
        self.session.trust_env = False

    def _send(self, method, url, **kwargs):
        parts, relay = urllib.parse.urlsplit(url), urllib.parse.urlsplit(self.address)
        local = parts._replace(scheme="http", netloc=relay.netloc).geturl()
        return self.session.request(method, local, timeout=10, allow_redirects=False, **kwargs)

    def get(self, url, **kwargs):
        return self._send("GET", url, **kwargs)

    def post(self, url, **kwargs):
        return self._send("POST", url, **kwargs)

    def close(self):
        self.session.close()
