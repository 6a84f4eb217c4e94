#!/usr/bin/python3
"""Serves what is provisioned by Grafana's paths; health is 503 where Grafana could not show it."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from provisioned import Provisioned

VERSION = "11.6.11"


def log(level, message):
    print(f'logger=stand-in level={level} msg="{message}"')


class Password:
    """The administrator's password: taken at the first start, and kept in the data folder as a hash."""

    def __init__(self, file, first):
        if not file.exists():
            salt = secrets.token_hex(16)
            file.write_text(json.dumps({"salt": salt, "hash": self._hash(salt, first)}))
        self.kept = json.loads(file.read_text())

    @staticmethod
    def _hash(salt, password):
        return hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), 10000).hex()

    def opens(self, header):
        kind, _, token = (header or "").partition(" ")
        try:
            user, _, password = base64.b64decode(token).decode().partition(":")
        except ValueError:
            return False
        right = hmac.compare_digest(self._hash(self.kept["salt"], password), self.kept["hash"])
        return kind.lower() == "basic" and user == "admin" and right


def answers(provisioned):
    """What there is to ask for, by path."""
    sources = [
        {"id": number, "uid": uid, **{key: entry.get(key) for key in ("name", "type", "access", "url", "isDefault")}}
        for number, (uid, entry) in enumerate(provisioned.datasources.items(), 1)
    ]
    boards = provisioned.dashboards.items()
    found = [
        {"uid": uid, "title": board["json"]["title"], "type": "dash-db", "url": f"/d/{uid}", "folderTitle": board["folder"]}
        for uid, board in boards
    ]
    shown = {
        f"/api/dashboards/uid/{uid}": {
            "meta": {"provisioned": True, "folderTitle": board["folder"], "url": f"/d/{uid}"},
            "dashboard": board["json"],
        }
        for uid, board in boards
    }
    return {"/api/datasources": sources, "/api/search": found, **shown}


def handler(provisioned, password):
    """What answers HTTP."""
    known = answers(provisioned)
    well = not provisioned.mistakes

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split("?")[0].rstrip("/") or "/"
            if path == "/api/health":
                state = {"commit": "stand-in", "database": "ok" if well else "failing", "version": VERSION}
                self.answer(200 if well else 503, {**state, "mistakes": provisioned.mistakes} if not well else state)
            elif not path.startswith("/api/"):
                self.answer(200, {"message": "no Grafana, but its stand-in: see /api/health and /api/search"})
            elif not password.opens(self.headers.get("Authorization")):
                self.answer(401, {"message": "Unauthorized"})
            elif path in known:
                self.answer(200, known[path])
            else:
                self.answer(404, {"message": "Not found"})

        def answer(self, status, content):
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    data = Path(os.environ["GF_PATHS_DATA"])
    if not os.access(data, os.W_OK):
        sys.exit(f"GF_PATHS_DATA='{data}' is not writable by uid {os.getuid()}.")
    password = Password(data / "stand-in.json", os.environ.get("GF_SECURITY_ADMIN_PASSWORD") or "admin")
    provisioned = Provisioned(os.environ["GF_PATHS_PROVISIONING"])
    for mistake in provisioned.mistakes:
        log("error", f"cannot be provisioned: {mistake}")
    if not provisioned.mistakes:
        log("info", f"provisioned: {', '.join([*provisioned.datasources, *provisioned.dashboards])}")
    port = int(os.environ.get("GF_SERVER_HTTP_PORT", "3000"))
    log("info", f"HTTP Server Listen address=[::]:{port}")
    ThreadingHTTPServer(("", port), handler(provisioned, password)).serve_forever()


if __name__ == "__main__":
    main()
