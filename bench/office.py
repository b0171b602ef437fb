"""The product as shipped, started for a benchmark, and what its processes cost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Running:
    """A server: its address, and the process whose tree is measured."""

    address: str
    process: psutil.Process
    var: Path

    def cpu_seconds(self) -> float:
        """User and system time of the whole tree so far."""
        total = 0.0
        for one in [self.process, *self.process.children(recursive=True)]:
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(var: Path, port: int) -> dict[str, str]:
    """A demo office of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("KUYAKUSHO_") and k != "DATABASE_URL"}
    return {
        **clean,
        "KUYAKUSHO_MODE": "demo",
        "KUYAKUSHO_VAR": str(var),
        "KUYAKUSHO_PUBLIC_ADDRESS": f"http://localhost:{port}",
        "PORT": str(port),
    }


def wait(address: str, process: subprocess.Popen, seconds: float = 30) -> float:
    """Seconds until the address answers 200."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if process.poll() is not None:
            raise RuntimeError("the server stopped at its start")
        try:
            with urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return time.perf_counter() - began
        except (URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"{address} did not answer in {seconds} s")


@contextmanager
def office() -> Iterator[Running]:
    """Prepared and served, without the worker, so that only requests cost."""
    var = Path(tempfile.mkdtemp(prefix="kuyakusho-bench-"))
    port = free_port()
    env = environment(var, port)
    kuyakusho = [sys.executable, "-m", "kuyakusho"]
    subprocess.run([*kuyakusho, "prepare"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(
        [*kuyakusho, "serve", "--port", str(port), "--no-worker"],
        cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait(f"http://localhost:{port}/healthz", server)
        yield Running(f"http://localhost:{port}", psutil.Process(server.pid), var)
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(var, ignore_errors=True)


NGINX = """
daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; types {{ }} default_type "text/html; charset=utf-8";
  client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c; uwsgi_temp_path {dir}/d;
  scgi_temp_path {dir}/e;
  server {{ listen 127.0.0.1:{port}; root {dir}/files; }}
}}
"""


@contextmanager
def nginx(files: dict[str, bytes]) -> Iterator[Running | None]:
    """nginx serving the bytes from files, with one worker; None where there is no nginx."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="kuyakusho-nginx-"))
    folder.chmod(0o755)
    (folder / "files").mkdir()
    for name, body in files.items():
        (folder / "files" / name).write_bytes(body)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(dir=folder, port=port))
    server = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait(f"http://127.0.0.1:{port}/{next(iter(files))}", server)
        yield Running(f"http://127.0.0.1:{port}", psutil.Process(server.pid), folder)
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def cost(server: Running, path: str, seconds: int = 3, connections: int = 8) -> tuple[float, float]:
    """CPU microseconds of the server's tree per request, and requests per second, under wrk."""
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is missing: apt-get install wrk")
    before = server.cpu_seconds()
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", server.address + path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    spent = server.cpu_seconds() - before
    line = next(line for line in done.stdout.splitlines() if "requests in" in line)
    requests = int(line.split()[0])
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"{path} answered with errors:\n{done.stdout}")
    return spent / requests * 1e6, requests / seconds
