"""Settings of Spine CDS: one file, two modes.

``SPINE_CDS_ENV=development`` (the default) needs no variable: SQLite, loopback hosts,
a generated secret, and a worker inside the web process.
``SPINE_CDS_ENV=production`` wants each thing named in ``REQUIRED`` and refuses to
start without it. Every variable is listed in ``.env.example``.
"""

import logging
from datetime import timedelta
from pathlib import Path

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from spine_cds import environment
from spine_cds.operation import logs
from spine_cds.version import released_version

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = released_version(BASE_DIR / "CHANGELOG.md")

ENVIRONMENT = environment.text("SPINE_CDS_ENV", "development")
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured(
        f"SPINE_CDS_ENV must be development or production, not {ENVIRONMENT!r}."
    )
PRODUCTION = ENVIRONMENT == "production"

REQUIRED = {
    "SECRET_KEY": "at least 50 random characters",
    "ALLOWED_HOSTS": "the host names of the site, separated by commas",
    "DATABASE_URL": "PostgreSQL, as postgresql://user:password@host:5432/name",
    "REDIS_URL": "Redis or Valkey, as redis://host:6379/0",
}
if PRODUCTION:
    environment.refuse_missing(REQUIRED)

DATA_DIR = Path(environment.text("SPINE_CDS_DATA_DIR", str(BASE_DIR / "var")))
DATABASE_URL = environment.text("DATABASE_URL")
REDIS_URL = environment.text("REDIS_URL")

# Never in production: a debug page shows what a patient's form held.
DEBUG = not PRODUCTION and environment.flag("SPINE_CDS_DEBUG")

if PRODUCTION:
    SECRET_KEY = environment.text("SECRET_KEY")
    ALLOWED_HOSTS = environment.listing("ALLOWED_HOSTS")
else:
    SECRET_KEY = environment.text("SECRET_KEY") or environment.generated_secret(
        DATA_DIR / "secret_key"
    )
    # Whatever the environment says: the convenient mode cannot be exposed by accident.
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

# --- Applications -----------------------------------------------------------------

INSTALLED_APPS = [
    "spine_cds",
    "spine_cds.accounts",
    "spine_cds.audit",
    "spine_cds.backup",
    "spine_cds.kept",
    "patients",
    "treatments",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "spine_cds.operation.requests.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "spine_cds.headers.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "spine_cds.request_bounds.BodyBoundsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "spine_cds.accounts.sessions.SessionEndMiddleware",
    "spine_cds.kept.middleware.WhosePageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "spine_cds.audit.middleware.RemoteAddressMiddleware",
    "spine_cds.accounts.rate_limits.UnsafeRateMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "spine_cds.accounts.required_steps.FirstThingsFirstMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "spine_cds.urls"
WSGI_APPLICATION = "spine_cds.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "spine_cds.accounts.sessions.session_limits",
                "treatments.rulebook.context_processors.ruleset_footer",
                "spine_cds.version.product_version",
                "spine_cds.kept.page.page_token",
                "spine_cds.kept.views.kept_words",
            ],
            # `csrf_token` also says whose page a form is on.
            "builtins": [
                "spine_cds.kept.templatetags.whose_page",
                "spine_cds.templatetags.dates",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database, cache and work queue -----------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": environment.postgresql(DATABASE_URL)
    if DATABASE_URL
    else environment.sqlite(DATA_DIR / "spine_cds.sqlite3")
}
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "spine_cds.resilient_cache.SteadyCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "spine-cds",
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Without Redis the queue lives in the memory of the web process, and a worker thread
# beside the web threads empties it. The report rows in the database are the truth in
# either mode.
EMBEDDED_WORKER = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 300} if REDIS_URL else {"polling_interval": 0.05}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = environment.text("SPINE_CDS_QUEUE", "spine-cds")
# What takes long has a queue of its own, and in production workers of its own, so
# that nobody's report waits for it. A worker that is told no queue serves both.
SLOW_QUEUE = f"{CELERY_TASK_DEFAULT_QUEUE}-slow"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {
    CELERY_TASK_DEFAULT_QUEUE: {},
    SLOW_QUEUE: {},
}
CELERY_TASK_ROUTES = {"treatments.run_replay": {"queue": SLOW_QUEUE}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Sign-in and sessions ---------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_MINIMUM = 12
BREACHED_PASSWORDS = environment.text("SPINE_CDS_BREACHED_PASSWORDS")
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {
        "NAME": f"{_VALIDATION}.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MINIMUM},
    },
    {"NAME": "spine_cds.accounts.password_validators.WornPasswordValidator"},
    {
        "NAME": "spine_cds.accounts.password_validators.BreachedPasswordValidator",
        "OPTIONS": {"path": BREACHED_PASSWORDS},
    },
]
# A shared ward computer: 15 minutes without activity, 12 hours whatever happens.
SESSION_IDLE_SECONDS = 15 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# How long a page that was left open is still known as its owner's.
PAGE_TOKEN_AGE = timedelta(days=7)
# A password that an administrator chose: to be changed by its owner within this time.
TEMPORARY_PASSWORD_AGE = timedelta(days=3)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Ten wrong passwords for one name from one address: a pause, or an administrator.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "spine_cds.accounts.lockout.counted_name"
AXES_CLIENT_IP_CALLABLE = "spine_cds.audit.middleware.client_address"
AXES_DISABLE_ACCESS_LOG = True  # sign-ins are in the audit trail
AXES_VERBOSE = False
# And for one name from everywhere together, against guessing from many addresses.
SIGN_IN_FAILURES_A_DAY = 100

ACCOUNT_ADAPTER = "spine_cds.accounts.second_factor.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"reauthenticate": "spine_cds.accounts.forms.ReauthenticateForm"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
MFA_ADAPTER = "spine_cds.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers let keys work without TLS on localhost alone, which is where development is.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Administrators always; other roles may be named too.
SECOND_FACTOR_ROLES = (
    ["admin", *environment.listing("SPINE_CDS_SECOND_FACTOR_ROLES")]
    if PRODUCTION
    else []
)

# How long a patient of another team stays open to who opened it in an emergency.
EMERGENCY_ACCESS_HOURS = 4

# --- Security ---------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # data: is for the small pictures inside Bootstrap's style sheet (the caret of
        # a select, the tick of a checkbox); an image can run nothing.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "spine_cds.kept.views.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# How many POST (PUT, PATCH, DELETE) a minute: of one person, of one address without a
# sign-in, and at the sign-in itself. Nobody who works by hand comes near.
UNSAFE_REQUESTS_A_MINUTE = {"user": 600, "address": 1200, "sign-in": 120}
# A large case form with all its discs stays far below both.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A whole request, files too; the proxy has the wider one as well.
LONGEST_BODY = 9 * 1024 * 1024
LONGEST_BODY_WITHOUT_SIGN_IN = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

TRUSTED_PROXY = environment.flag("SPINE_CDS_TRUSTED_PROXY")
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Language, time, static files, logs -------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
# What "today" is, and the times that pages and reports tell. Rows are in UTC.
TIME_ZONE = environment.zone("TIME_ZONE", "UTC")

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
if PRODUCTION:
    STATIC_ROOT = Path(
        environment.text("SPINE_CDS_STATIC_ROOT", str(BASE_DIR / "staticfiles"))
    )
_STATIC_STORAGE = (
    "spine_cds.static_files.HashedStaticFilesStorage"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
# In development files are served from where they lie: nothing to collect.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
if not PRODUCTION:
    WHITENOISE_MAX_AGE = 0

# Lines for a terminal in development; JSON objects for a collector in production.
LOGGING = logs.logging_config(as_json=PRODUCTION)
structlog.configure(**logs.STRUCTLOG)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request
# The audit trail has the addresses, and is not shipped to a log server.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# Whoever scrapes /metrics sends it as a bearer token; empty: there is no such page.
METRICS_TOKEN = environment.text("METRICS_TOKEN")
