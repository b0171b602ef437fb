"""An office of its own for tests that kill things: its folder, its database, its processes.

The PostgreSQL one is a throw-away cluster with fsync on, so that killing all of it at once means something.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


class Cluster:
    """PostgreSQL in a folder, on a unix socket only."""

    def __init__(self) -> None:
        self.bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self.before: list[str] = []
        if os.getuid() == 0:  # initdb refuses root
            shutil.chown(self.folder, "postgres")
            self.before = ["runuser", "-u", "postgres", "--"]
        self.folder.chmod(0o755)
        self._run("initdb", "-D", self.data, "-U", "test", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=60"
        log = str(self.folder / "log")
        try:
            self._run("pg_ctl", "-D", self.data, "-s", "-w", "-l", log, "-o", options, "start")
        except subprocess.CalledProcessError as error:
            raise AssertionError((self.folder / "log").read_text()[-2000:]) from error

    def kill(self) -> None:
        """SIGKILL to every process of the cluster, the way a power cut comes."""
        main = int((Path(self.data) / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)  # so that it starts no more children while we look
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for number in (*map(int, children), main):  # the children first, before they notice
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        for number in (main, *map(int, children)):
            while Path(f"/proc/{number}").exists() and not _is_zombie(number):
                time.sleep(0.01)
        # Where nobody reaps orphans the dead main process keeps its number, and the new one would take it for alive.
        for lock in (Path(self.data) / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)

    def create(self, name: str, template: str = "template0") -> str:
        """A fresh database, like `template`; returns its DATABASE_URL."""
        self._run("createdb", "-h", str(self.folder), "-U", "test", "-T", template, name)
        return f"postgresql://test@{quote(str(self.folder), safe='')}/{name}"

    def close(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self.data, "-s", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name: str, *words: str) -> None:
        subprocess.run([*self.before, str(self.bin / name), *words], check=True, capture_output=True, cwd="/")


def _is_zombie(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class Office:
    """An installation in `folder`. `database_url` is empty for SQLite."""

    def __init__(self, folder: Path, database_url: str = "", **environment: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("KUYAKUSHO", "DATABASE", "REDIS", "EMAIL"))
        }
        self.environment = {
            **kept,
            "KUYAKUSHO_VAR": str(folder),
            "KUYAKUSHO_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "kuyakusho.site.settings",
            "DATABASE_URL": database_url,
            "EMAIL_URL": f"file://{folder}/mail",
            "PYTHONWARNINGS": "ignore",
            "USER": getpass.getuser(),
            **environment,
        }
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Starts `kuyakusho …`, or a script of this folder when the first word ends in .py."""
        with (self.folder / "errors.log").open("a") as errors:
            process = subprocess.Popen(
                self._command(words),
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.started.append(process)
        return process

    def run(self, *words: str, code: int | None = 0) -> str:
        """Runs a command to its end, expects `code` (None: any), returns what it printed."""
        ended = subprocess.run(
            self._command(words), cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=180, check=False
        )  # fmt: skip
        said = ended.stdout + ended.stderr
        assert code is None or ended.returncode == code, f"{words} ended with {ended.returncode}:\n{said}"
        return said

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Asks the database itself, without starting anything of the product."""
        if url := self.environment["DATABASE_URL"]:
            with psycopg.connect(url) as connection:
                return connection.execute(statement).fetchall()  # type: ignore[arg-type]
        connection = sqlite3.connect(self.folder / "kuyakusho.sqlite3", timeout=20)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def states(self) -> dict[str, int]:
        """How many of the writers' messages are in which state."""
        return dict(
            self.query("SELECT state, count(*) FROM outbox_entry WHERE topic = 'test' GROUP BY state")
        )

    def ask(self) -> dict[str, Any]:
        """What the writers left in the database and in the folder of files."""
        files = self.query("SELECT path, digest FROM files_storedfile")
        lines = self.query("SELECT target FROM audit_auditline WHERE action = 'test.district.made'")
        return {
            "districts": sorted(row[0] for row in self.query("SELECT key FROM wards_district")),
            "lines": sorted(row[0].removeprefix("test:") for row in lines),
            "messages": sorted(
                row[0] for row in self.query("SELECT key FROM outbox_entry WHERE topic = 'test'")
            ),
            "states": self.states(),
            "files": len(files),
            "sound_files": sum(
                sha256((self.folder / "files" / path).read_bytes()).hexdigest() == digest
                for path, digest in files
            ),
            "revision": self.query("SELECT revision FROM wards_ward WHERE slug = 'durable'")[0][0],
        }

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()

    @staticmethod
    def _command(words: tuple[str, ...]) -> list[str]:
        if words[0].endswith(".py"):
            return [sys.executable, str(HERE / words[0]), *words[1:]]
        return [sys.executable, "-c", "from kuyakusho.site.cli import main; main()", *words]


def acknowledged(process: subprocess.Popen[str], count: int) -> Iterator[str]:
    """What a writer printed after its commits, until `count` lines came or it ended."""
    assert process.stdout is not None
    for _ in range(count):
        line = process.stdout.readline()
        if not line.endswith("\n"):
            return
        yield line.strip()
