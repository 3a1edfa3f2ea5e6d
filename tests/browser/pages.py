"""Every page that a person can look at, for the tests in a browser and for the screenshots."""

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]

LANGUAGES = ("ru", "en")
THEMES: tuple[Theme, ...] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str  # as in Russian; in English under /en. In braces: a key of readers.places()
    reader: str = ""  # e-mail of who sees it, or one of readers.MIDWAY
    status: int = 200
    package: str = ""  # that draws it, if the look is not ours
    only_in_tests: bool = False  # not reached in the portal of `make run` by an address alone

    def path_in(self, language: str) -> str:
        return self.path if language == "ru" else f"/en{self.path}"


PASSWORD = "school-cluster"  # of every demo log-in
HEAD = "head@example.org"
COMPANY = "company@example.org"
CONSORTIUM = "consortium@example.org"
STAFF = "staff@example.org"
VISITOR = "visitor@example.org"
PROTECTED = "protected@example.org"
PASSWORDLESS = "passwordless@example.org"

PAGES = [
    Page("home", "/"),
    Page("directory", "/organisations/"),
    Page("directory-found", "/organisations/?q=%D1%88%D0%BA%D0%BE%D0%BB%D1%8B&kind=school"),
    Page("directory-nothing", "/organisations/?q=qqqqqq&kind=nonsense"),
    Page("organisation", "/organisations/phystech-lyceum/"),
    Page("organisation-consortium", "/organisations/noc-kuzbass/"),
    Page("organisation-offices", "/organisations/noc-kuzbass/offices/"),
    Page("events", "/events/"),
    Page("events-past", "/events/?when=past"),
    Page("events-nothing", "/events/?q=qqqqqq&kind=nonsense"),
    Page("events-month", "/events/calendar/?month=2022-12"),
    Page("event-programme", "/events/demo-mentors-forum/"),
    Page("event-held", "/events/international-cooperation-session-2021/"),
    Page("event-cancelled", "/events/demo-glass-excursion/"),
    Page("join", "/join/"),
    Page("join-apply", "/join/apply/?kind=company"),
    Page("join-preview", "/join/preview/school/", STAFF),
    Page("application", "/join/applications/{draft}/", only_in_tests=True),
    Page("application-organisation", "/join/applications/{draft}/organisation/", only_in_tests=True),
    Page("application-people", "/join/applications/{draft}/people/", only_in_tests=True),
    Page("application-questions", "/join/applications/{draft}/questions/", only_in_tests=True),
    Page("application-documents", "/join/applications/{draft}/documents/", only_in_tests=True),
    Page("application-check", "/join/applications/{draft}/check/", only_in_tests=True),
    Page("application-confirm", "/join/confirm/{confirmation}/", only_in_tests=True),
    Page("application-withdraw", "/join/applications/{returned}/withdraw/", only_in_tests=True),
    Page("application-returned", "/join/applications/{returned}/", only_in_tests=True),
    Page("application-mended", "/join/applications/{returned}/organisation/", only_in_tests=True),
    Page("application-submit", "/join/applications/{returned}/check/", only_in_tests=True),
    Page("about", "/about/"),
    Page("privacy", "/privacy/"),
    Page("consent-text", "/consents/account/"),
    Page("selection-rules", "/selection-rules/"),
    Page("style-guide", "/style-guide/"),
    Page("certificate", "/verify/{certificate}/", only_in_tests=True),
    Page("certificate-unknown", "/verify/none/", status=404),
    Page("unsubscribe", "/unsubscribe/{unsubscribe}/", only_in_tests=True),
    Page("unsubscribed", "/unsubscribe/{unsubscribed}/", only_in_tests=True),
    Page("unsubscribe-invalid", "/unsubscribe/none/", status=404),
    Page("invitation", "/invitations/{invitation}/", only_in_tests=True),
    Page("invitation-other", "/invitations/{invitation}/", VISITOR, only_in_tests=True),
    Page("invitation-invalid", "/invitations/none/", status=404),
    Page("i-work-here", "/organisations/noc-kuzbass/i-work-here/", VISITOR),
    # Of an organisation's own
    Page("dashboard", "/dashboard/phystech-lyceum/", HEAD),
    Page("dashboard-of-several", "/dashboard/english-club/", "both@example.org"),
    Page("dashboard-profile", "/dashboard/phystech-lyceum/profile/", HEAD),
    Page("dashboard-membership", "/dashboard/phystech-lyceum/membership/", HEAD),
    Page("dashboard-membership-none", "/dashboard/noc-kuzbass/membership/", CONSORTIUM),
    Page("dashboard-membership-leave", "/dashboard/phystech-lyceum/membership/leave/", HEAD),
    Page("dashboard-profile-declined", "/dashboard/lorett/profile/", COMPANY),
    Page("dashboard-offices", "/dashboard/noc-kuzbass/offices/", CONSORTIUM),
    Page("dashboard-people", "/dashboard/phystech-lyceum/people/", HEAD),
    Page("dashboard-role", "/dashboard/phystech-lyceum/people/{representative}/", HEAD, only_in_tests=True),
    Page("dashboard-role-end", "/dashboard/phystech-lyceum/people/{representative}/end/", HEAD, only_in_tests=True),
    Page("dashboard-request", "/dashboard/phystech-lyceum/people/requests/{join_request}/", HEAD, only_in_tests=True),
    Page("dashboard-forbidden", "/dashboard/phystech-lyceum/profile/", "viewer@example.org", status=403),
    Page("dashboard-empty", "/dashboard/", VISITOR),
    Page("dashboard-registrations", "/dashboard/phystech-lyceum/registrations/", HEAD),
    # On the way in
    Page("log-in", "/account/login/"),
    Page("log-in-by-code", "/account/login/code/"),
    Page("log-in-code", "/account/login/code/confirm/", "asks for a code", only_in_tests=True),
    Page("log-in-second-factor", "/account/2fa/authenticate/", "has said the password", only_in_tests=True),
    Page("sign-up", "/account/signup/"),
    Page("sign-up-code", "/account/confirm-email/", "signs up", only_in_tests=True),
    Page("closed", "/account/inactive/"),
    Page("password-reset", "/account/password/reset/"),
    Page("password-reset-sent", "/account/password/reset/done/"),
    Page("password-reset-new", "/account/password/reset/key/{reset_key}/", only_in_tests=True),
    Page("password-reset-stale", "/account/password/reset/key/x-y/"),
    Page("password-reset-end", "/account/password/reset/key/done/"),
    Page("service", "/account/yandex/login/", only_in_tests=True),
    Page("service-cancelled", "/account/3rdparty/login/cancelled/"),
    Page("service-failed", "/account/3rdparty/login/error/", VISITOR, status=401),
    Page("service-sign-up", "/account/3rdparty/signup/", "comes by another service", only_in_tests=True),
    # A person's own
    Page("account", "/account/", HEAD),
    Page("account-person", "/account/person/", HEAD),
    Page("account-notifications", "/account/notifications/", HEAD),
    Page("account-notifications-none", "/account/notifications/", VISITOR),
    Page("account-notification-settings", "/account/notifications/settings/", HEAD),
    Page("account-e-mail", "/account/email/", HEAD),
    Page("account-password", "/account/password/change/", HEAD),
    Page("account-password-set", "/account/password/set/", PASSWORDLESS, only_in_tests=True),
    Page("account-sessions", "/account/sessions/", HEAD),
    Page("account-data", "/account/data/", HEAD),
    Page("account-data-erase", "/account/data/erase/", VISITOR, only_in_tests=True),
    Page("account-log-in-again", "/account/data/erase/", "came long ago", status=403, only_in_tests=True),
    Page("account-data-erase-head", "/account/data/erase/", HEAD, only_in_tests=True),
    Page("account-consents", "/account/consents/", HEAD),
    Page("account-services", "/account/3rdparty/", PASSWORDLESS, only_in_tests=True),
    Page("account-services-none", "/account/3rdparty/", HEAD),
    Page("account-again", "/account/reauthenticate/", HEAD),
    Page("log-out", "/account/logout/", HEAD),
    Page("factor-none", "/account/2fa/", HEAD),
    Page("factor", "/account/2fa/", PROTECTED, only_in_tests=True),
    Page("factor-again", "/account/2fa/reauthenticate/", PROTECTED, only_in_tests=True),
    Page("app-on", "/account/2fa/totp/activate/", HEAD),
    Page("app-off", "/account/2fa/totp/deactivate/", PROTECTED, only_in_tests=True),
    Page("recovery-codes", "/account/2fa/recovery-codes/", PROTECTED, only_in_tests=True),
    Page("recovery-codes-new", "/account/2fa/recovery-codes/generate/", PROTECTED, only_in_tests=True),
    Page("passkeys", "/account/2fa/webauthn/", PROTECTED, only_in_tests=True),
    Page("passkeys-none", "/account/2fa/webauthn/", HEAD),
    Page("passkey-new", "/account/2fa/webauthn/add/", HEAD),
    Page("passkey-name", "/account/2fa/webauthn/keys/{passkey}/edit/", PROTECTED, only_in_tests=True),
    Page("passkey-off", "/account/2fa/webauthn/keys/{passkey}/remove/", PROTECTED, only_in_tests=True),
    Page("passkey-again", "/account/2fa/webauthn/reauthenticate/", PROTECTED, only_in_tests=True),
    # Who comes to an event
    Page("event-check-in", "/events/door-forum/check-in/", HEAD, only_in_tests=True),
    Page("event-register", "/events/coming-forum/register/", only_in_tests=True),
    Page("event-register-sent", "/events/coming-forum/register/sent/", only_in_tests=True),
    Page("event-register-group", "/events/coming-forum/register-group/", HEAD, only_in_tests=True),
    Page("event-register-group-refused", "/events/coming-forum/register-group/", VISITOR, only_in_tests=True),
    Page("registration-ticket", "/events/registrations/{ticket}/", only_in_tests=True),
    Page("registration-waiting", "/events/registrations/{waiting}/", only_in_tests=True),
    Page("registration-cancel", "/events/registrations/{waiting}/cancel/", only_in_tests=True),
    Page("group", "/events/registrations/{group}/group/", HEAD, only_in_tests=True),
    Page("group-print", "/events/registrations/{group}/group/print/", HEAD, only_in_tests=True),
    Page("group-consents", "/events/registrations/{group}/group/consents/", HEAD, only_in_tests=True),
    Page("group-guest", "/events/registrations/{group}/group/guests/{pupil}/", HEAD, only_in_tests=True),
    Page("group-consent", "/events/registrations/{group}/group/guests/{pupil}/consent/", HEAD, only_in_tests=True),
    Page("parent-consent", "/events/consents/{parent}/", only_in_tests=True),
    Page("account-tickets", "/account/tickets/", VISITOR),
    Page("account-calendar", "/account/calendar/", VISITOR),
    Page("dashboard-calendar", "/dashboard/phystech-lyceum/calendar/", HEAD),
    # Errors
    Page("error-400", "/errors/400/", status=400, only_in_tests=True),
    Page("error-403", "/errors/403/", HEAD, status=403, only_in_tests=True),
    Page("error-404", "/no-such-page/", status=404),
    Page("error-409", "/errors/409/", HEAD, status=409, only_in_tests=True),
    Page("error-429", "/errors/429/", status=429, only_in_tests=True),
    Page("error-500", "/errors/500/", status=500, only_in_tests=True),
    Page("error-503", "/errors/503/", status=503, only_in_tests=True),
    Page("error-csrf", "/errors/csrf/", status=403, only_in_tests=True),
    # For programmers and the office
    Page("mailbox", "/mailbox/"),
    Page("api-docs", "/api/v1/docs/", package="swagger"),
    Page("admin", "/admin/", STAFF, package="unfold"),
    Page("admin-organisations", "/admin/members/organisation/", STAFF, package="unfold"),
    Page("admin-applications", "/admin/members/membershipapplication/", STAFF, package="unfold"),
    Page(
        "admin-application",
        "/admin/members/membershipapplication/{application}/change/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page("admin-question", "/admin/members/question/{question}/change/", STAFF, package="unfold", only_in_tests=True),
    Page("admin-terms", "/admin/members/joinconditions/{terms}/change/", STAFF, package="unfold", only_in_tests=True),
    Page("admin-mail", "/admin/common/outgoingmail/", STAFF, package="unfold"),
    Page("admin-letter", "/admin/common/outgoingmail/{letter}/change/", STAFF, package="unfold", only_in_tests=True),
    Page("admin-jobs", "/admin/common/jobrun/", STAFF, package="unfold"),
    Page("admin-consent-text", "/admin/members/consenttext/add/?purpose=news", STAFF, package="unfold"),
    Page(
        "admin-consent-on-paper",
        "/admin/members/publicperson/{public_person}/record_consent_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page("admin-erase", "/admin/members/user/{user}/erase_this/", STAFF, package="unfold", only_in_tests=True),
    Page(
        "admin-join-request",
        "/admin/members/joinrequest/{join_request}/approve_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page("admin-session", "/admin/members/boardsession/{session}/change/", STAFF, package="unfold", only_in_tests=True),
    Page(
        "admin-session-close",
        "/admin/members/boardsession/{session}/close_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page("admin-import", "/admin/members/organisation/import/", STAFF, package="unfold"),
    Page(
        "admin-organisation",
        "/admin/members/organisation/{organisation}/change/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page("admin-partnerships", "/admin/members/partnership/", STAFF, package="unfold"),
    Page("admin-partnership-board", "/admin/members/partnership/board/", STAFF, package="unfold"),
    Page("admin-profile-changes", "/admin/members/profilechange/", STAFF, package="unfold"),
    Page(
        "admin-profile-change",
        "/admin/members/profilechange/{profile_change}/change/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page(
        "admin-membership",
        "/admin/members/membership/{membership}/change/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page(
        "admin-exclusion",
        "/admin/members/membership/{membership}/exclude_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page(
        "admin-certificate",
        "/admin/members/membership/{membership}/issue_certificate_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page("admin-membership-reports", "/admin/members/membership/reports/", STAFF, package="unfold"),
    Page("admin-fees", "/admin/members/fee/", STAFF, package="unfold"),
    Page("admin-membership-import", "/admin/members/membership/import/", STAFF, package="unfold"),
    Page("admin-membership-table", "/admin/members/membership/import/{table}/", STAFF, package="unfold"),
    Page("admin-requisites", "/admin/members/associationrequisites/1/change/", STAFF, package="unfold"),
    Page("admin-invoices", "/admin/members/invoice/", STAFF, package="unfold"),
    Page(
        "admin-invoice-payment",
        "/admin/members/invoice/{invoice}/pay_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page(
        "admin-office-report",
        "/admin/members/officereport/{office_report}/decline_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page(
        "admin-membership-move",
        "/admin/members/membership/{membership}/suspend_this/",
        STAFF,
        package="unfold",
        only_in_tests=True,
    ),
    Page("admin-events", "/admin/events/event/", STAFF, package="unfold"),
    Page("admin-event", "/admin/events/event/{event}/change/", STAFF, package="unfold", only_in_tests=True),
    Page("admin-event-write", "/admin/events/event/{event}/write_this/", STAFF, package="unfold", only_in_tests=True),
]

# What axe finds in a page that a package draws, and why it stays: package → rule → reason.
EXCUSED = {
    "unfold": {
        "aria-input-field-name": "select2 of Django's admin names its box only once it is opened",
        "heading-order": "its editor shows the headings of a text without the page around it",
        "landmark-unique": "its lists that scroll, and its tabs beside its menu, are landmarks without names",
        "list": "it sets <div> between the buttons of a list",
    },
    "swagger": {
        "heading-order": "it leaves out the second level",
        "landmark-main-is-top-level": "it draws a <main> of its own",
        "landmark-no-duplicate-main": "the same",
        "landmark-unique": "the same",
        "nested-interactive": "its operations hold buttons in a button",
    },
}
