"""Either process may be restarted, or killed, in the middle of the day."""

from __future__ import annotations

import signal
import socket
import threading
import time

from house import eventually


class Callers:
    """Clients that keep asking and note what they get."""

    def __init__(self, house, paths, clients=4):
        self.house, self.paths = house, paths
        self.stop = threading.Event()
        self.counts: dict[str, int] = {}
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(clients)]
        for thread in self.threads:
            thread.start()

    def run(self, number: int) -> None:
        while not self.stop.is_set():
            wire = None
            for path in self.paths:
                try:
                    wire = wire or self.house.wire(20)
                    reply = wire.get(path)
                    result = str(reply.status)
                    if reply.fields.get("connection") == "close":
                        wire.socket.close()
                        wire = None
                except EOFError:
                    result = "closed"
                except OSError as fault:
                    result = type(fault).__name__
                if result in ("closed", "ConnectionResetError", "BrokenPipeError") and wire is not None:
                    wire.socket.close()
                    wire = None
                with self.lock:
                    self.counts[result] = self.counts.get(result, 0) + 1
            if wire is not None:
                wire.socket.close()

    def done(self) -> dict[str, int]:
        self.stop.set()
        for thread in self.threads:
            thread.join(30)
        return self.counts


def test_pages_restart_under_load_and_no_reader_sees_it(new_house):
    house = new_house()
    house.start_pages()
    house.start_live()
    callers = Callers(house, ["/hello?n=1", "/chunked", "/slow?seconds=0.05"])
    time.sleep(0.5)
    for number in (signal.SIGTERM, signal.SIGKILL):
        house.stop_pages(number)
        time.sleep(0.3)
        house.start_pages()
        time.sleep(0.7)
    counts = callers.done()
    assert set(counts) == {"200"}, counts
    assert counts["200"] > 50


def test_front_door_restart_loses_no_connection_attempt(new_house):
    """The listening socket belongs to the parent: while one front door ends and the next starts, clients wait."""
    house = new_house()
    house.start_pages()
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        house.port = listener.getsockname()[1]
        listener.set_inheritable(True)
        house.environ["KUYAKUSHO_LIVE_DESCRIPTORS"] = str(listener.fileno())

        def start() -> None:
            house.live = house.start_inheriting(listener.fileno())
            eventually(lambda: house.get("/live/healthz").status == 200)

        start()
        house.put("/api/v1/ward/home", "{}")
        house.seen("/api/v1/ward/home", "{}")
        callers = Callers(house, ["/api/v1/ward/home"])
        time.sleep(0.3)
        for number in (signal.SIGTERM, signal.SIGKILL):
            house.stop_live(number)
            time.sleep(0.3)
            start()
            time.sleep(0.4)
        counts = callers.done()
    # A kept connection may end under its client; nobody is refused, and nobody misses a snapshot.
    assert counts["200"] > 50
    assert set(counts) <= {"200", "closed", "ConnectionResetError", "BrokenPipeError"}, counts


def test_at_a_stop_what_is_under_way_is_answered(new_house):
    house = new_house()
    house.start_pages()
    house.start_live()
    with house.wire() as page, house.wire() as idle, house.wire() as upload:
        idle.get("/hello")
        page.send(b"GET /slow?seconds=1 HTTP/1.1\r\nHost: a\r\n\r\n")
        upload.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabcde")
        time.sleep(0.3)
        house.live.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        upload.send(b"fghij")
        assert upload.reply().status == 200
        reply = page.reply()
        assert (reply.status, reply.fields["connection"]) == (200, "close")
        assert idle.ended()
    assert house.stop_live() == 0


def test_a_front_door_whose_supervisor_is_gone_ends(new_house):
    house = new_house(KUYAKUSHO_SUPERVISOR="1234567")
    house.start_live(wait=False)
    assert house.live.wait(10) == 0
    assert "the supervisor is gone" in house.log()
    house.live = None
