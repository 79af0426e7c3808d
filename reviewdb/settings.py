"""Django's settings; whatever differs between hosts comes from environment variables (README)."""

import sys
from pathlib import Path

import dj_database_url

from reviewdb.env import env_bool, env_list, env_path, env_secret, env_str
from reviewdb.hosts.brokers import broker_settings
from reviewdb.hosts.private import FILE_MODE, FOLDER_MODE, private_file, private_folder
from reviewdb.hosts.storage import storage_settings

BASE_DIR = Path(__file__).resolve().parent.parent
REVIEWDB_HOME = private_folder(env_path("REVIEWDB_HOME", BASE_DIR / "var"))

SECRET_KEY = env_secret("REVIEWDB_SECRET_KEY", REVIEWDB_HOME / "secret_key")
DEBUG = env_bool("REVIEWDB_DEBUG", default=False)
REVIEWDB_HTTPS = env_bool("REVIEWDB_HTTPS", default=False)  # a proxy in front handles TLS
ALLOWED_HOSTS = env_list("REVIEWDB_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "reviewdb",
    "reviewdb.reviews",
    "taxonomy",
    "benchmarks",
    "frontend",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reviewdb.common.web.gate.InputGate",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "reviewdb.urls"
WSGI_APPLICATION = "reviewdb.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        env_str("DATABASE_URL", f"sqlite:///{REVIEWDB_HOME / 'reviewdb.sqlite3'}"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if DATABASES["default"]["NAME"] != ":memory:":
        private_file(Path(DATABASES["default"]["NAME"]))
    # Web and worker write at once: readers never wait for a writer in WAL mode, and taking the
    # write lock at the start of a transaction makes a second writer wait instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = REVIEWDB_HOME / "static"
STATIC_ROOT.mkdir(mode=FOLDER_MODE, exist_ok=True)
WHITENOISE_USE_FINDERS = True  # no collectstatic step between a clone and a running page
MEDIA_URL = "media/"
MEDIA_ROOT = REVIEWDB_HOME / "media"
# Read only by the web process, which serves files itself.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = FILE_MODE, FOLDER_MODE
STORAGES = {
    "default": storage_settings(env_str("REVIEWDB_STORAGE_URL", f"file://{MEDIA_ROOT}")),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

LOGIN_URL = "frontend:sign-in"
LOGIN_REDIRECT_URL = "frontend:overview"
LOGOUT_REDIRECT_URL = "frontend:overview"
SESAME_ONE_TIME = True
SESAME_MAX_AGE = 3 * 24 * 3600  # seconds that an unused sign-in link is valid
SESAME_SIGNATURE_SIZE = 20  # bytes
REST_KNOX = {"TOKEN_TTL": None}  # an API token is valid until it is replaced
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
if REVIEWDB_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # HSTS covers this host only: subdomains and browsers' preload lists are the operator's
    # decision.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "frontend.accounts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "reviewdb.common.web.parsers.StrictJSONParser",
        "reviewdb.common.web.parsers.TextFormParser",
        "reviewdb.common.web.parsers.TextMultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "reviewdb.common.web.negotiation.Negotiation",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "reviewdb.common.web.api.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "reviewdb.common.web.schema.Schema",
    "EXCEPTION_HANDLER": "reviewdb.common.web.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ReviewDB",
    "DESCRIPTION": "Surveyed studies, the taxonomy they are filed in, and results about them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_PATCH": False,  # the serializer of a PATCH defines which fields are optional
    "ENUM_NAME_OVERRIDES": {
        "RunStateEnum": "benchmarks.models.RunState",
        "StepStateEnum": "benchmarks.models.StepState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

CELERY = {
    **broker_settings(env_str("CELERY_BROKER_URL", ""), REVIEWDB_HOME / "broker"),
    "task_ignore_result": True,  # the run's row stores how a run ended
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "worker_concurrency": 1,  # one benchmark at a time: it uses every core, or the one GPU
    "worker_hijack_root_logger": False,
    "worker_lost_wait": 1.0,  # a killed pool process is noticed after this, not after 10 s
    "task_serializer": "json",
    "accept_content": ["json"],
    "timezone": TIME_ZONE,
}

# How a worker starts the engine, always as a child process: web and worker never import torch.
REVIEWDB_ENGINE_COMMAND = [sys.executable, "-m", "benchmarks.engine"]
REVIEWDB_RUN_LOST_SECONDS = 30  # a running run without a heartbeat for this long is lost

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if not DEBUG else "DEBUG"},
    "loggers": {
        "django.db.backends": {"level": "INFO"},
        # It warns that the embedded broker has no host name, which files do not need.
        "kombu.connection": {"level": "ERROR"},
    },
}
