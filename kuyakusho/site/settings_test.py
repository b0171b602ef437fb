"""Settings of the tests: as the product, with quick password hashes and no manifest to build first."""

import os
import tempfile
from pathlib import Path

os.environ["KUYAKUSHO_MODE"] = "test"
os.environ.setdefault("KUYAKUSHO_VAR", tempfile.mkdtemp(prefix="kuyakusho-test-"))

from .settings import *  # noqa: F403
from .settings import DATABASES, STORAGES

Path(os.environ["KUYAKUSHO_VAR"]).mkdir(parents=True, exist_ok=True)
# A file, so that several threads and processes see the same database, as in the product.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["KUYAKUSHO_VAR"]) / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
