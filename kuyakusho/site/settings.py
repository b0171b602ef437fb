"""Django's settings. Everything that an installation may change comes from `environment`."""

from __future__ import annotations

import dj_database_url
from csp.constants import NONE, SELF

from kuyakusho.core.outbox import mail_address

from .environment import DEMO_SECRET, ROOT, read

ENVIRONMENT = read()

DEBUG = ENVIRONMENT.debug
DEMO = ENVIRONMENT.demo
SECRET_KEY = ENVIRONMENT.secret_key or DEMO_SECRET
SECRET_KEY_FALLBACKS = [key for key in ENVIRONMENT.old_secret_keys.split(",") if key]
ALLOWED_HOSTS = [host for host in ENVIRONMENT.hosts.split(",") if host] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "testserver",
]
PUBLIC_ADDRESS = ENVIRONMENT.public_address.rstrip("/") or "http://localhost:8000"
VAR = ENVIRONMENT.var
PACKS = ENVIRONMENT.packs

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "kuyakusho.core.wards",
    "kuyakusho.core.tokens",
    "kuyakusho.core.accounts",
    "kuyakusho.core.audit",
    "kuyakusho.core.packs",
    "kuyakusho.core.outbox",
    "kuyakusho.core.jobs",
    "kuyakusho.core.files",
    "kuyakusho.core.text",
    "kuyakusho.core.ui",
    "django.forms",
    "kuyakusho.core.http",
    "kuyakusho.core.search",
    "kuyakusho.core.snapshots",
    "kuyakusho.core.keys",
    "kuyakusho.engines.catalogue",
    "kuyakusho.engines.indicators",
    "kuyakusho.domains.policy",
    "kuyakusho.site",
]

MIDDLEWARE = [
    "kuyakusho.core.http.middleware.RequestLogMiddleware",
    "kuyakusho.core.http.middleware.FrontMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kuyakusho.core.wards.middleware.WardMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kuyakusho.core.http.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "kuyakusho.site.urls"
WSGI_APPLICATION = "kuyakusho.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "kuyakusho" / "site" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "kuyakusho.core.ui.forms.Renderer"

DATABASES = {
    "default": dj_database_url.parse(ENVIRONMENT.database_url or f"sqlite:///{VAR / 'kuyakusho.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
    }
    _database["CONN_MAX_AGE"] = None
else:
    _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 8}}
    _database["CONN_MAX_AGE"] = 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = ENVIRONMENT.redis_url
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "accounts.Account"
# What a session is good for is told by the backend in it (core.accounts.backends); the first is what tests get.
AUTHENTICATION_BACKENDS = [
    f"kuyakusho.core.accounts.backends.{name}Backend" for name in ("Staff", "FirstFactor", "Resident")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "ja"
LANGUAGES = [
    ("ja", "日本語"),
    ("ja-easy", "やさしい日本語"),
    ("en", "English"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("ko", "한국어"),
    ("vi", "Tiếng Việt"),
    ("ne", "नेपाली"),
    ("pt", "Português"),
]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = ENVIRONMENT.storage or VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 300

# Cookies and transport. Strict by default; only an installation without https (the demo) is laxer.
_https = PUBLIC_ADDRESS.startswith("https://")
SESSION_COOKIE_NAME = "kuyakusho"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 10 * 60 * 60
SECURE_SSL_REDIRECT = False  # the front door or the proxy before it does this
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_ADDRESS]
CSRF_FAILURE_VIEW = "kuyakusho.core.http.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

EMAIL_URL = ENVIRONMENT.email_url
globals().update(mail_address.settings_of(EMAIL_URL, str(VAR / "mail")))
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from
LOGGING_CONFIG = None  # kuyakusho.core.http.logs.configure, called by each entry point
LOG_FORMAT = ENVIRONMENT.log_format
METRICS_TOKEN = ENVIRONMENT.metrics_token
FRONT_SECRET = ENVIRONMENT.front_secret
TRUSTED_PROXIES = [proxy.strip() for proxy in ENVIRONMENT.trusted_proxies.split(",") if proxy.strip()]

TASKS = {"default": {"BACKEND": "kuyakusho.core.jobs.backend.OutboxBackend", "QUEUES": []}}
AUDIT_HEADS = ENVIRONMENT.audit_heads
BACKUPS = ENVIRONMENT.backups or VAR / "backups"
VIRUS_SCANNER = ENVIRONMENT.virus_scanner

SILENCED_SYSTEM_CHECKS: list[str] = []
