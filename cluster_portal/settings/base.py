"""What is the same in every environment. What differs stands in dev, test and production."""

import logging
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from cluster_portal import addresses
from common.logs import without_secrets

from .unfold import UNFOLD  # noqa: F401

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

INSTALLED_APPS = [
    "common",
    "members",
    "agreements",
    "projects",
    "technoparks",
    "events",
    "cluster_portal.pages",
    "cluster_portal.api",
    "cluster_portal.demo",
    "cluster_portal.operations",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "cluster_portal.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_structlog",
    "django_htmx",
    "template_partials",
    "lucide",
    "import_export",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.yandex",
    "allauth.socialaccount.providers.vk",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

# The order is the way in: what answers early (files, health, cached pages) stands before what costs a query.
MIDDLEWARE = [
    "common.page_cache.PageCacheMiddleware",
    "common.middleware.NullCharacterMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.middleware.PermissionsPolicyMiddleware",
    "common.middleware.LanguageMiddleware",
    "common.middleware.ViewSettingsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.account.middleware.PrivateAnswersMiddleware",
    "members.account.middleware.SessionLimitMiddleware",
    "members.account.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "cluster_portal.pages.middleware.RuleViolatedMiddleware",
]

ROOT_URLCONF = "cluster_portal.urls"
WSGI_APPLICATION = "cluster_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "common.template_loader.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cluster_portal.pages.context_processors.portal",
            ],
            "builtins": ["common.templatetags.ui", "common.templatetags.times"],
        },
    }
]

# --- Data --------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# How alike a mistyped word must be to count as meant: with the default of 0.6 «лецей» finds no «лицей».
WORD_SIMILARITY = "-c pg_trgm.word_similarity_threshold=0.32"


def postgresql(url: str) -> dict[str, dict[str, Any]]:
    """The database at ``url``, with what its query part asks for besides (``?sslmode=require``)."""
    asked = environ.Env.db_url_config(url)
    return {
        "default": {
            **asked,
            "ENGINE": "common.postgresql",
            "CONN_MAX_AGE": 60,  # s
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**asked.get("OPTIONS", {}), "options": WORD_SIMILARITY},
        }
    }


def redis_caches(url: str) -> dict[str, object]:
    """The cache on the server of the queue. It may vanish: a read then misses and a write is skipped, logged."""
    return {
        "default": {
            "BACKEND": "common.counters.Cache",
            "LOCATION": url,
            "KEY_PREFIX": "cache",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
        },
        # Drawn fragments, whose keys change with what they show.
        "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 500}},
    }


DJANGO_REDIS_IGNORE_EXCEPTIONS = True
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

# --- People ------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = reverse_lazy("pages:dashboard")

# Lower floors ask an object for its address; only the roof knows which page shows it.
ABSOLUTE_URL_OVERRIDES = {
    "agreements.agreement": addresses.agreement_detail,
    "agreements.signinground": addresses.verify,
    "members.organisation": addresses.organisation_detail,
    "members.membership": addresses.dashboard_membership,
    "members.membershipcertificate": addresses.verify,
    "members.profilechange": addresses.dashboard_profile,
    "members.profilereminder": addresses.dashboard,
    "members.representative": addresses.dashboard,
    "members.invitation": addresses.dashboard_people,
    "members.joinrequest": addresses.dashboard_people,
    "members.officereport": addresses.dashboard_offices,
    "events.event": addresses.event_detail,
    "events.participantcertificate": addresses.verify,
    "projects.challenge": addresses.challenge_detail,
    "projects.project": addresses.project_detail,
    "technoparks.programmecertificate": addresses.verify,
    "technoparks.technopark": addresses.technopark_detail,
}

LOGOUT_REDIRECT_URL = reverse_lazy("pages:home")
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_ADAPTER = "members.account.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "members.account.adapters.SocialAccountAdapter"
ACCOUNT_FORMS = {"signup": "members.account.forms.SignupForm"}
ACCOUNT_SIGNUP_FORM_CLASS = "members.consents.forms.ConsentForm"  # of every way to sign up
SOCIALACCOUNT_AUTO_SIGNUP = False  # no account without a consent
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
# Guessing. An address may be that of a whole school; an account (key) is one person's. What the limits of a page
# refuse is answered with 429, too many wrong passwords or codes with an error of the form.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,5/10m/key",
    "signup": "30/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/10s/key",
}
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
# How many proxies of ours stand in front: a forwarding header of anybody else changes nothing.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
# Digits are on every keyboard layout; with five codes in ten minutes and three tries each, eight are enough.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "members.account.forms.AddPasskeyForm",
    "edit_webauthn": "members.account.forms.EditPasskeyForm",
}
MFA_TOTP_ISSUER = "Cluster Portal"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s: clocks of telephones differ, and people type slowly
USERSESSIONS_TRACK_ACTIVITY = True
# Providers of Russian owners only (149-FZ, art. 8, as changed by 406-FZ), and the hosts that a reader passes on
# the way to their log-in form. Each works once its keys are given.
PROVIDER_HOSTS = {
    "yandex": ["https://*.yandex.com", "https://*.yandex.ru"],
    "vk": ["https://*.vk.ru", "https://*.vk.com"],
}
SOCIALACCOUNT_PROVIDERS = {
    provider: {"APPS": [{"client_id": client_id, "secret": env(f"{provider.upper()}_SECRET"), "key": ""}]}
    for provider in PROVIDER_HOSTS
    if (client_id := env(f"{provider.upper()}_CLIENT_ID", default=""))
}

# A page for a reader with a message is not a shared one: the session's cookie says so, and needs no other beside it.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "common.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cluster_portal.pages.errors.csrf_failure"

# --- Languages and time ------------------------------------------------------------------------------------

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
FORMAT_MODULE_PATH = "cluster_portal.formats"
TIME_ZONE = "Europe/Moscow"
USE_TZ = True

# --- Detached signatures ---------------------------------------------------------------------------------------

OPENSSL = "openssl"
GOST_ENGINE = "gost"  # of Debian's libengine-gost-openssl; without it signatures by ГОСТ are not checked
# A file or a folder of PEM with the roots that certificates are to lead to; without one that is not checked.
SIGNATURE_ROOTS = None

# --- Files -------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
# Everybody reads the logos in it; ``private/`` is sent only to whom a view allows it; nothing else has an address.
MEDIA_ROOT = VAR_DIR / "media"
# The internal location under which nginx has ``private/``; where there is none, the portal sends such files itself.
PRIVATE_FILES_LOCATION = ""
STORAGES = {
    # Uploads are for the portal and the server before it; style sheets are for everybody.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o640},
    },
    "private": {"BACKEND": "common.private_files.PrivateStorage"},
    "staticfiles": {"BACKEND": "common.staticfiles.BundledStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o644

# --- Mail --------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "common.mail.backend.EmailBackend"
EMAIL_TIMEOUT = 20  # s, for each word of the server
# Processes that send at a time, on all machines. Fewer than work in all, or a slow mail server keeps everybody waiting.
MAIL_RELAYS = 2
# Letters that a domain takes within a minute, where its server is known to put off whoever sends more.
MAIL_PER_MINUTE: dict[str, int] = {}

# --- Work in the background --------------------------------------------------------------------------------

CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 5 * 60
CELERY_TASK_TIME_LIMIT = 6 * 60
# Longer than the longest task, or a slow one would be delivered a second time while it still runs.
# A broker that has frozen, and neither answers nor refuses, is not waited for.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60 * 60, "socket_connect_timeout": 1, "socket_timeout": 5}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULER = "cluster_portal.clock.Clock"
CELERY_BEAT_SCHEDULE = {
    # They do not expire: a worker whose clock is ahead would throw away what others still take.
    "heartbeat": {"task": "common.tasks.record_heartbeat", "schedule": 15.0},
    "tick": {"task": "common.tasks.tick", "schedule": 10.0},
}

# --- API ---------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.Pagination",
    "DEFAULT_SCHEMA_CLASS": "common.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["common.limits.Throttle"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": "120/min",
        "apply": "30/hour",
        "calendar": "600/min",
        "event_letter": "30/min",
        "export": "20/min",
        "feedback": "300/min",
        "invitation": "30/min",
        "parent": "60/min",
        "register": "60/min",
        "search": "120/min",
        "sign": "30/min",
        "unsubscribe": "600/min",
        "verify": "30/min",
    },
    "EXCEPTION_HANDLER": "common.api.exception_handler",
    # How many proxies of ours stand in front: a forwarding header of anybody else changes nothing.
    "NUM_PROXIES": 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cluster Portal API",
    "VERSION": "1",
    "DESCRIPTION": "The directory, events, projects, agreements and technoparks; the organisations you act for.",
    # In the order of the page.
    "TAGS": [
        {"name": "events", "description": "Public events and their programmes"},
        {"name": "registrations", "description": "What an event asks; your own registrations and tickets"},
        {"name": "groups", "description": "Groups of pupils, for heads, coordinators and teachers"},
        {"name": "check-in", "description": "At the door, for those who may stand there; each may be sent again"},
        {"name": "agreements", "description": "The public register"},
        {
            "name": "own agreements",
            "description": "Those of your organisations: read, accept, remark, report",
        },
        {"name": "projects", "description": "What organisations do together"},
        {"name": "challenges", "description": "Tasks that companies set for teams"},
        {"name": "technoparks", "description": "Technoparks, their laboratories, and when those are free"},
        {
            "name": "own bookings",
            "description": "Of laboratories, by your organisations and at them; outages of machines, your inductions",
        },
        {"name": "organisations", "description": "The public directory"},
        {"name": "own organisations", "description": "Those that you act for: people, membership, invoices"},
        {"name": "regions", "description": "With their time zones"},
        {"name": "directions", "description": "Shared by organisations, labs, projects and events"},
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    # Different things that are called alike: ``role``, ``status``, ``state``.
    "ENUM_NAME_OVERRIDES": {
        "AudienceEnum": "members.models.Audience",
        "ProgrammeAudienceEnum": "technoparks.models.Audience",
        "TierEnum": "members.models.Tier",
        "RoleEnum": "members.models.Role",
        "MembershipStatusEnum": "members.models.MembershipStatus",
        "OfficeStatusEnum": "members.models.OfficeStatus",
        "InvoiceStateEnum": "members.models.InvoiceState",
        "CertificateStateEnum": "members.models.certificate.CertificateState",
        "OfficeReportStateEnum": "members.models.OfficeReportState",
        "AgreementKindEnum": "agreements.models.AgreementKind",
        "AgreementStateEnum": "agreements.models.AgreementState",
        "AgreementRelationEnum": "agreements.models.Relation",
        "ObligationKindEnum": "agreements.models.ObligationKind",
        "ObligationStateEnum": "agreements.models.ObligationState",
        "ObligationReportStateEnum": "agreements.models.ReportState",
        "ProjectKindEnum": "projects.models.ProjectKind",
        "ProjectStateEnum": "projects.models.ProjectState",
        "ChallengeStateEnum": "projects.models.ChallengeState",
        "ChallengeStageEnum": "projects.public.challenges.filters.Stage",
        "RoadmapItemKindEnum": "projects.models.ItemKind",
        "RoadmapItemStateEnum": "projects.models.ItemState",
        "PledgeKindEnum": "projects.models.PledgeKind",
        "ParticipantRoleEnum": "projects.models.ParticipantRole",
        "TechnoparkStatusEnum": "technoparks.models.SiteStatus",
        "OutageKindEnum": "technoparks.models.OutageKind",
        "BookingStateEnum": "technoparks.models.BookingState",
        "BookedForEnum": "technoparks.models.BookedFor",
        "RegistrationStateEnum": "events.models.RegistrationState",
        "KindEnum": "members.models.Kind",
        "PrecisionEnum": "members.models.OfficeStatusChange.Precision",
        "EventKindEnum": "events.models.EventKind",
        "EventStateEnum": "events.models.EventState",
        "EventPrecisionEnum": "events.models.Precision",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVERS": [],
}

# --- Security ----------------------------------------------------------------------------------------------

SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Browsers hold the redirects that follow a form to this list as well.
        "form-action": [SELF, *(host for provider in SOCIALACCOUNT_PROVIDERS for host in PROVIDER_HOSTS[provider])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Admin: its look is in unfold.py -----------------------------------------------------------------------

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

# --- Logs --------------------------------------------------------------------------------------------------

_SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_secrets,
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    cache_logger_on_first_use=True,
)


# A line for each request, when it is answered. No network address: it is personal data, and the proxy has it.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False


def logging_config(renderer: object, level: str = "INFO") -> dict[str, object]:
    """One structured line per event on standard output, drawn by ``renderer`` (JSON in production)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": _SHARED_PROCESSORS,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured", "level": level}},
        "root": {"handlers": ["console"], "level": level},
    }
