"""`serve` with the tests' application in place of Django: small_serve.py PORT [WORKERS]."""

import sys

from kuyakusho.site.serve.supervisor import Options, Supervisor, serve

Supervisor.pages = "small_pages:application"
if __name__ == "__main__":
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    sys.exit(serve(Options("localhost", int(sys.argv[1]), workers, 8, with_worker=False)))
