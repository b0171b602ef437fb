"""Settings of the tests: as the product, with quick password hashes and no manifest to build first."""

import os
import tempfile
from pathlib import Path

# Each parallel test process has a var/ of its own below the one of the run.
_base = os.environ.setdefault("KUYAKUSHO_TEST_VAR", tempfile.mkdtemp(prefix="kuyakusho-test-"))
_var = Path(_base) / os.environ.get("PYTEST_XDIST_WORKER", "main")
(_var / "static").mkdir(parents=True, exist_ok=True)
os.environ["KUYAKUSHO_MODE"] = "test"
os.environ["KUYAKUSHO_VAR"] = str(_var)

from .settings import *  # noqa: E402, F403
from .settings import DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, so that several threads and processes see the same database, as in the product.
    DATABASES["default"]["TEST"] = {"NAME": str(_var / "test.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"].pop("pool", None)  # the test runner drops the database under open pools
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
