"""The one settings module. Everything comes from the environment, and every default works from a clone.

`TRAINYARD_MODE=production` turns on transport security and makes the checks in `trainyard.checks` refuse
unsafe values; `demo` (the default) is for one's own machine. `docs/operators.md` lists every variable.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.module_loading import import_string

from trainyard import machine

env = environ.Env()
PACKAGE_DIR = Path(__file__).resolve().parent
CHECKOUT_DIR = PACKAGE_DIR.parent.parent
IS_CHECKOUT = (CHECKOUT_DIR / "pyproject.toml").exists()

MODE = env.str("TRAINYARD_MODE", "demo")
IS_PRODUCTION = MODE == "production"
DEBUG = False

DATA_DIR = Path(
    env.str("TRAINYARD_DATA_DIR", str((CHECKOUT_DIR if IS_CHECKOUT else Path.cwd()) / "var"))
).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


SECRET_KEY_FILE = env.str("SECRET_KEY_FILE", "")


def secret_key() -> str:
    """The key from SECRET_KEY or SECRET_KEY_FILE; in the demo, one made once and kept in the data folder."""
    given: str = env.str("SECRET_KEY", "")
    if not given and SECRET_KEY_FILE:
        given = Path(SECRET_KEY_FILE).read_text().strip()
    if given or IS_PRODUCTION:
        return given
    kept = DATA_DIR / "secret_key"
    if not kept.exists():
        _make_key(kept)
    return kept.read_text()


def _make_key(kept: Path) -> None:
    """Write a key under a name of its own and link it: of several processes one wins, and none reads half."""
    handle, made = tempfile.mkstemp(dir=kept.parent, prefix="secret_key.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):
            os.link(made, kept)
    finally:
        os.unlink(made)


SECRET_KEY = secret_key()
SIGNING_KEY_FILE = env.str("TRAINYARD_SIGNING_KEY_FILE", "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = env.int("PORT", 8000)
SITE_URL = env.str("SITE_URL", f"http://localhost:{PORT}")

INSTALLED_APPS = [
    "trainyard.accounts",
    "trainyard.careers",
    "trainyard.operations",
    "trainyard.portfolio",
    "trainyard.privacy",
    "trainyard.talent",
    "courses",
    "courses.experiments",
    "courses.certificates",
    "courses.learning",
    "courses.gradebook",
    "courses.regrade",
    "courses.review",
    "courses.teaching",
    "jobs_data",
    "trainer_service",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework.authtoken",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "trainyard.operations.logs.with_request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "trainyard.accounts.zone.in_readers_zone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "courses.teaching.viewing.as_learner",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "jobs_data.crowd.CrowdMiddleware",
]

ROOT_URLCONF = "trainyard.urls"
WSGI_APPLICATION = "trainyard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trainyard.accounts.context.navigation",
            ],
        },
    }
]

# Database -----------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'trainyard.sqlite3'}")}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    # Immediate transactions in WAL: writers wait for each other instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000; "
            "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=27103364;"
        ),
    }
    # A file, not memory: threads in tests meet the locks of the real thing.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A host that drops packets must not hang a request for minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": env.cache_url("CACHE_URL", f"filecache://{DATA_DIR / 'cache'}?max_entries=3000"),
}

# Work ---------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "filesystem://")
if CELERY_BROKER_URL.startswith("filesystem"):
    BROKER_DIR = DATA_DIR / "broker"
    for folder in ("messages", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1.0, "socket_timeout": 5.0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_TASK_DEFAULT_QUEUE = "site"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-runs": {"task": "trainer_service.tasks.sweep", "schedule": 10.0},
    "check-conservation": {"task": "trainyard.operations.tasks.check_conservation", "schedule": 60.0},
    "tell-of-matches": {"task": "jobs_data.tasks.tell_of_matches", "schedule": 60.0},
    "mail-notices": {"task": "courses.review.tasks.mail_notices", "schedule": 60.0},
    "work-on-regrades": {"task": "courses.regrade.tasks.work_on_regrades", "schedule": 10.0},
    "work-on-uploads": {"task": "jobs_data.tasks.work_on_uploads", "schedule": 10.0},
    "send-messages": {"task": "trainyard.talent.tasks.send_messages", "schedule": 30.0},
    "work-on-exports": {"task": "trainyard.privacy.tasks.work_on_exports", "schedule": 10.0},
    "count-ahead": {"task": "jobs_data.tasks.count_ahead", "schedule": 600.0},
    "prepare-coverage": {"task": "trainyard.careers.tasks.prepare", "schedule": 600.0},
}
CANARY_SECONDS = env.float("TRAINYARD_CANARY_SECONDS", 0.0)
if CANARY_SECONDS > 0:
    CELERY_BEAT_SCHEDULE["send-canary"] = {
        "task": "trainyard.operations.tasks.send_canary",
        "schedule": CANARY_SECONDS,
    }

QUEUES = env.list("TRAINYARD_QUEUES", default=["cpu"])
TRAINERS = env.int("TRAINYARD_TRAINERS", machine.sensible_trainers())
MACHINE_MEMORY_BYTES = machine.memory_bytes()
GPU_MEMORY_FRACTION = env.float("TRAINYARD_GPU_MEMORY_FRACTION", 0.95)
STACK_SIZE = env.int("TRAINYARD_STACK_SIZE", 8)
LEASE_SECONDS = env.int("TRAINYARD_LEASE_SECONDS", 60)
HEARTBEAT_SECONDS = env.float("TRAINYARD_HEARTBEAT_SECONDS", 15.0)
SWEEP_SECONDS = env.float("TRAINYARD_SWEEP_SECONDS", 10.0)
PULL_SECONDS = env.float("TRAINYARD_PULL_SECONDS", 2.0)
TURN_SECONDS = env.float("TRAINYARD_TURN_SECONDS", 300.0)
PATIENCE_SECONDS = env.float("TRAINYARD_PATIENCE_SECONDS", 3600.0)
OVERTAKE_SECONDS = env.float("TRAINYARD_OVERTAKE_SECONDS", 60.0)
NICENESS = env.int("TRAINYARD_NICENESS", 10)
DEAF_SECONDS = env.float("TRAINYARD_DEAF_SECONDS", 60.0)
CHECKPOINT_SECONDS = env.float("TRAINYARD_CHECKPOINT_SECONDS", 10.0)
SEARCH_ROWS = env.int("TRAINYARD_SEARCH_ROWS", 1_000_000)
UPLOAD_MIB = env.int("TRAINYARD_UPLOAD_MIB", 512)
MARKET_BACKEND = env.str("TRAINYARD_MARKET_BACKEND", "duckdb")
METRICS_TOKEN = env.str("TRAINYARD_METRICS_TOKEN", "")
TARIFF = {  # the fields of trainer_service.engine.tariff.Tariff
    "watts_per_core": env.float("TRAINYARD_WATTS_PER_CORE", 15.0),
    "usd_per_kwh": env.float("TRAINYARD_USD_PER_KWH", 0.15),
    "usd_per_hour": env.float("TRAINYARD_USD_PER_HOUR", 0.0),
    "grams_per_kwh": env.float("TRAINYARD_GRAMS_CO2_PER_KWH", 480.0),
}

# People -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = env.str("TRAINYARD_EMAIL_VERIFICATION", "mandatory" if IS_PRODUCTION else "none")
ACCOUNT_SIGNUP_FORM_CLASS = "trainyard.accounts.forms.SignupForm"
ACCOUNT_ADAPTER = "allauth.account.adapter.DefaultAccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
EMAIL_CONFIG = env.email_url("EMAIL_URL", "consolemail://")
vars().update(EMAIL_CONFIG)
NOTICE_MAIL = env.bool("TRAINYARD_NOTICE_MAIL", IS_PRODUCTION)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Trainyard <trainyard@localhost>")
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "trainyard.accounts.lockout.username"
AXES_RESET_ON_SUCCESS = True
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
# Failed sign-ins are counted once, by axes. A lecture hall shares one address, so limits by address are wide.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": "300/m/ip", "signup": "200/m/ip"}
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# API ----------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["trainyard.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "trainyard.api.problem_details",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Trainyard",
    "DESCRIPTION": "Courses graded by real training runs, and the job market they lead to.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # Fields of one name with different choices need names of their own.
    "ENUM_NAME_OVERRIDES": {
        "CriterionKindEnum": ["measured", "human"],
        "RunStateEnum": "trainer_service.models.RunState",
        "RegradeStateEnum": "courses.regrade.models.State",
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# Security -----------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = IS_PRODUCTION
CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = IS_PRODUCTION and env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz(/workers)?$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION and env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = IS_PRODUCTION and env.bool("SECURE_HSTS_PRELOAD", True)
# Each proxy adds the address of who called it to X-Forwarded-For: those further left are anyone's invention.
PROXY_COUNT = env.int("TRAINYARD_PROXY_COUNT", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT
AXES_CLIENT_IP_CALLABLE = "trainyard.accounts.lockout.client_address"
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Files, language, logs ----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# Built at set-up from installed packages (the chart library); served like any other static file.
GENERATED_STATIC_DIR = DATA_DIR / "generated"
GENERATED_STATIC_DIR.mkdir(exist_ok=True)
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [PACKAGE_DIR / "static", GENERATED_STATIC_DIR]
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "woff2", "gz", "br"]
S3_BUCKET = env.str("TRAINYARD_S3_BUCKET", "")
S3_ENDPOINT = env.str("TRAINYARD_S3_ENDPOINT", "")
S3_PREFIX = env.str("TRAINYARD_S3_PREFIX", "")


def artifact_storage() -> dict[str, object]:
    """Where results and checkpoints lie: a folder, or a bucket that all machines share."""
    if not S3_BUCKET:
        options: dict[str, object] = {"location": str(DATA_DIR / "artifacts")}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    config = import_string("botocore.config.Config")  # of the extra `s3`, needed only here
    options = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT or None,
        "location": S3_PREFIX,
        "default_acl": None,
        "file_overwrite": True,
        # A bucket that does not answer must not hold up a worker for minutes.
        "client_config": config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 2}),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": artifact_storage(),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if IS_PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("TRAINYARD_LOG_FORMAT", "text")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "trainyard.operations.logs.TextFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "trainyard.operations.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if LOG_FORMAT == "json" else "text",
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},
    },
}
