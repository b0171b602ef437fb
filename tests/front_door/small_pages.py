"""The tests' application, loaded the way the pages are: tied to the life of Granian's main process."""

import os
import sys

import pages_app

if os.environ.get("SMALL_PAGES_BROKEN"):
    sys.exit("Kuyakusho does not start:\n  - something is not set")
sys.modules["kuyakusho.site.wsgi"] = pages_app

from kuyakusho.site.serve.pages import application  # noqa: E402  # takes the application put there

__all__ = ["application"]
