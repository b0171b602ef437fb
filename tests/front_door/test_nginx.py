"""docs/operate/nginx.conf, run by a real nginx before the front door: TLS, HTTP/2, microcache, streams, limits."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from house import PATH, ROOT, Reply, Wire, eventually, free_port, stop

pytestmark = pytest.mark.nginx
HOST = "nishi.example.jp"


class Outside(Wire):
    """A client beyond nginx, on an address of its own."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 20, source_address=("127.0.0.7", 0))
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname=HOST)
        self.buffer = b""


class Nginx:
    """nginx with the documented configuration; only what is marked CHANGE is changed, and where it listens."""

    def __init__(self, house, folder: Path) -> None:
        self.house, self.folder = house, folder
        self.port, self.plain = free_port(), free_port()
        self.certificate()
        text = (ROOT / "docs/operate/nginx.conf").read_text()
        for old, new in (
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{house.port};"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen [::]:80;", ""),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
            ("listen [::]:443 ssl http2;", ""),
            ("/etc/ssl/nishi.example.jp.pem", f"{folder}/c.pem"),
            ("/etc/ssl/nishi.example.jp.key", f"{folder}/c.key"),
            ("/var/cache/nginx/kuyakusho", f"{folder}/cache"),
        ):
            assert old in text, f"{old} is no more in nginx.conf"
            text = text.replace(old, new)
        (folder / "kuyakusho.conf").write_text(text)
        temporary = "".join(
            f"  {name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
            "events { worker_connections 2000; }\n"
            f"http {{\n  access_log off;\n{temporary}  include {folder}/kuyakusho.conf;\n}}\n"
        )
        program = shutil.which("nginx", path=PATH)
        self.process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")],
            start_new_session=True,
        )
        self.context = ssl.create_default_context(cafile=str(folder / "c.pem"))
        eventually(lambda: self.get("/hello").status == 200)

    def certificate(self) -> None:
        subprocess.run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                ),
                *("-keyout", f"{self.folder}/c.key", "-out", f"{self.folder}/c.pem", "-days", "2"),
                *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"),
            ],
            check=True,
            capture_output=True,
        )

    def open(self) -> Outside:
        return Outside(self.port, self.context)

    def get(self, path: str, *lines: str, method: str = "GET", body: bytes = b"") -> Reply:
        with self.open() as wire:
            head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close", *lines]
            if body:
                head.append(f"Content-Length: {len(body)}")
            wire.send(("\r\n".join(head) + "\r\n\r\n").encode() + body)
            return wire.reply(method)


@pytest.fixture
def nginx(new_house):
    house = new_house(KUYAKUSHO_TRUSTED_PROXIES="127.0.0.1", KUYAKUSHO_HOLD_SECONDS="1")
    house.start_pages()
    house.start_live()
    folder = house.folder / "nginx"
    folder.mkdir()
    folder.chmod(0o755)
    server = Nginx(house, folder)
    yield server
    stop(server.process)


def test_who_asks_and_how_is_told_truly(nginx):
    told = json.loads(
        nginx.get(
            "/echo", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: http", "X-Request-ID: mine-mine"
        ).body
    )
    assert told["HTTP_X_FORWARDED_FOR"] == "127.0.0.7"
    assert told["HTTP_X_FORWARDED_PROTO"] == "https"
    assert told["HTTP_HOST"] == HOST
    assert re.fullmatch(r"[0-9a-f]{32}", told["HTTP_X_REQUEST_ID"])


def test_plain_http_is_sent_to_https(nginx):
    with Outside(nginx.plain) as wire:
        wire.send(f"GET /a?b=1 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        reply = wire.reply()
    assert (reply.status, reply.fields["location"]) == (308, f"https://{HOST}/a?b=1")


def test_http_2_is_spoken(nginx):
    nginx.context.set_alpn_protocols(["h2", "http/1.1"])
    with nginx.open() as wire:
        assert wire.socket.selected_alpn_protocol() == "h2"


def test_public_pages_are_kept_for_as_long_as_they_say(nginx):
    first = nginx.get("/public")
    assert (first.body, first.fields["x-cache"]) == (b"public 1", "MISS")
    for _ in range(10):
        again = nginx.get("/public")
        assert (again.body, again.fields["x-cache"]) == (b"public 1", "HIT")
    assert nginx.get("/public", 'If-None-Match: "page-1"').status == 304
    time.sleep(2.2)
    revalidated = nginx.get("/public")  # asked for again with its ETag
    assert (revalidated.body, revalidated.fields["x-cache"]) == (b"public 1", "REVALIDATED")
    assert nginx.get("/public").fields["x-cache"] == "HIT"
    assert nginx.get("/public?other=1").body == b"public 3"  # the pages were asked three times in all


def test_private_pages_and_posts_are_never_kept(nginx):
    assert [nginx.get("/private").body for _ in range(3)] == [b"private 1", b"private 2", b"private 3"]
    digests = {
        json.loads(nginx.get("/echo", method="POST", body=bytes([n])).body)["digest"] for n in range(3)
    }
    assert len(digests) == 3


def test_a_rush_on_one_page_is_one_request(nginx):
    wires = [nginx.open() for _ in range(60)]
    for wire in wires:
        wire.send(f"GET /public?rush=1 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    assert {wire.reply().body for wire in wires} == {b"public 1"}
    for wire in wires:
        wire.socket.close()


def test_while_the_pages_are_away_the_last_ones_are_shown(nginx):
    assert nginx.get("/public").status == 200
    snapshot = "/api/v1/ward/home"
    nginx.house.put(snapshot, "[1]", max_age=0)
    eventually(lambda: nginx.get(snapshot).body == b"[1]")
    nginx.house.stop_pages(signal.SIGKILL)
    time.sleep(1.5)
    reply = nginx.get("/public")
    assert (reply.status, reply.body) == (200, b"public 1")
    eventually(lambda: nginx.get("/public").fields["x-cache"] in ("STALE", "UPDATING"))
    other = nginx.get("/private")
    assert (other.status, other.fields["x-kuyakusho-refusal"]) == (503, "pages-away")
    assert "準備中" in other.body.decode()
    eventually(lambda: nginx.get(snapshot).fields.get("x-snapshot-state") == "pages-away")


def test_streams_pass_as_they_come(nginx):
    snapshot = "/api/v1/ward/home"
    nginx.house.put(snapshot, "[1]")
    eventually(lambda: nginx.get(snapshot).body == b"[1]")
    with nginx.open() as wire:
        wire.send(f"GET {snapshot}/stream HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        assert b"content-encoding" not in wire.until(b"\r\n\r\n").lower()
        wire.until(b"data: [1]\n\n")
        time.sleep(0.3)
        began = time.monotonic()
        nginx.house.put(snapshot, "[2]")
        wire.until(b"data: [2]\n\n")
        assert time.monotonic() - began < 10  # held back, it would come with the end of the stream


def test_uploads_and_their_limit(nginx):
    got = nginx.get("/upload", method="POST", body=b"x" * 20_000_000)
    assert json.loads(got.body)["size"] == 20_000_000
    with nginx.open() as wire:
        wire.send(f"POST /upload HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 99000000\r\n\r\n".encode())
        assert wire.reply().status == 413


def test_what_is_for_the_house_stays_inside(nginx):
    assert nginx.get("/live/metrics").status == 404
    assert nginx.get("/metrics").status == 404
    assert nginx.get("/live/healthz").status == 200
