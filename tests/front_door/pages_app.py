"""A small WSGI application that stands for the pages: each path answers in one particular way."""

import hashlib
import json
import os
import time
from urllib.parse import parse_qs


def application(environ, start_response):
    path = environ["PATH_INFO"]
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    answer = ROUTES.get(path, missing)
    return answer(environ, start_response, query)


def text(start_response, body, status="200 OK", fields=()):
    body = body if isinstance(body, bytes) else body.encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), *fields])
    return [body]


def missing(environ, start_response, query):
    return text(start_response, "not here", "404 Not Found")


def hello(environ, start_response, query):
    return text(start_response, f"hello {query.get('n', '')}", fields=[("Connection", "keep-alive")])


def echo(environ, start_response, query):
    """Everything the pages were told, and the body."""
    body = environ["wsgi.input"].read()
    told = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    told |= {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "query": environ["QUERY_STRING"],
        "length": len(body),
        "content_length": environ.get("CONTENT_LENGTH", ""),
        "content_type": environ.get("CONTENT_TYPE", ""),
        "body": body[:200].decode("latin-1"),
        "digest": hashlib.sha256(body).hexdigest(),
        "pid": os.getpid(),
    }
    return text(start_response, json.dumps(told))


def upload(environ, start_response, query):
    """Reads a large body in pieces and answers with its size and digest."""
    digest, size = hashlib.sha256(), 0
    while piece := environ["wsgi.input"].read(65536):
        digest.update(piece)
        size += len(piece)
    return text(start_response, json.dumps({"size": size, "digest": digest.hexdigest()}))


def download(environ, start_response, query):
    """`size` bytes in one piece."""
    return text(start_response, b"0123456789abcdef" * (int(query["size"]) // 16))


def chunked(environ, start_response, query):
    """Pieces without a length: Granian sends them chunked."""
    start_response("200 OK", [("Content-Type", "text/plain")])

    def pieces():
        for number in range(int(query.get("pieces", "5"))):
            yield f"piece {number}\n".encode() * int(query.get("times", "1"))

    return pieces()


def slow(environ, start_response, query):
    time.sleep(float(query.get("seconds", "1")))
    return text(start_response, f"slow {os.getpid()}")


def nothing(environ, start_response, query):
    start_response("204 No Content", [("X-Was", "here")])
    return []


def unchanged(environ, start_response, query):
    start_response("304 Not Modified", [("ETag", '"abc"')])
    return []


def early(environ, start_response, query):
    """Answers without reading the body."""
    return text(start_response, "no thank you", "403 Forbidden")


def cookies(environ, start_response, query):
    return text(start_response, "two", fields=[("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")])


def public(environ, start_response, query):
    """A public page as Django's `public_page` answers it; counts how often it was asked."""
    count["public"] += 1
    if environ.get("HTTP_IF_NONE_MATCH") == '"page-1"':
        start_response("304 Not Modified", [("ETag", '"page-1"'), ("Cache-Control", "public, max-age=1")])
        return []
    body = f"public {count['public']}".encode()
    fields = [
        ("ETag", '"page-1"'),
        ("Cache-Control", "public, max-age=1"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *fields])
    return [body]


def private(environ, start_response, query):
    count["private"] += 1
    return text(
        start_response, f"private {count['private']}", fields=[("Cache-Control", "private, no-store")]
    )


count = {"public": 0, "private": 0}
ROUTES = {
    "/hello": hello,
    "/healthz": hello,
    "/echo": echo,
    "/api/v1/echo": echo,
    "/upload": upload,
    "/download": download,
    "/chunked": chunked,
    "/slow": slow,
    "/nothing": nothing,
    "/unchanged": unchanged,
    "/early": early,
    "/cookies": cookies,
    "/public": public,
    "/private": private,
}
