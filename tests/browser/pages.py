"""Every page that a person can look at, for the tests in a browser and for the screenshots."""

from dataclasses import dataclass

LANGUAGES = ("ru", "en")
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str  # as in Russian; in English under /en
    log_in: str = ""  # e-mail of the demo log-in that sees it
    status: int = 200
    by_package: bool = False  # drawn by a package, whose look is not ours

    def path_in(self, language: str) -> str:
        return self.path if language == "ru" else f"/en{self.path}"


PASSWORD = "school-cluster"  # of every demo log-in
HEAD = "head@example.org"
STAFF = "staff@example.org"

PAGES = [
    Page("home", "/"),
    Page("directory", "/organisations/"),
    Page("directory-found", "/organisations/?q=%D1%88%D0%BA%D0%BE%D0%BB%D1%8B&kind=school"),
    Page("directory-nothing", "/organisations/?q=qqqqqq&kind=nonsense"),
    Page("organisation", "/organisations/phystech-lyceum/"),
    Page("organisation-consortium", "/organisations/noc-kuzbass/"),
    Page("join", "/join/"),
    Page("about", "/about/"),
    Page("privacy", "/privacy/"),
    Page("selection-rules", "/selection-rules/"),
    Page("style-guide", "/style-guide/"),
    Page("log-in", "/account/login/"),
    Page("log-in-by-code", "/account/login/code/"),
    Page("sign-up", "/account/signup/"),
    Page("password-reset", "/account/password/reset/"),
    Page("not-found", "/no-such-page/", status=404),
    Page("api-docs", "/api/v1/docs/", by_package=True),
    Page("dashboard", "/dashboard/phystech-lyceum/", HEAD),
    Page("dashboard-profile", "/dashboard/phystech-lyceum/profile/", HEAD),
    Page("dashboard-forbidden", "/dashboard/phystech-lyceum/profile/", "viewer@example.org", status=403),
    Page("account", "/account/", HEAD),
    Page("account-person", "/account/person/", HEAD),
    Page("account-e-mail", "/account/email/", HEAD),
    Page("account-password", "/account/password/change/", HEAD),
    Page("account-second-factor", "/account/2fa/", HEAD),
    Page("account-sessions", "/account/sessions/", HEAD),
    Page("log-out", "/account/logout/", HEAD),
    Page("admin", "/admin/", STAFF, by_package=True),
    Page("admin-organisations", "/admin/members/organisation/", STAFF, by_package=True),
    Page("admin-import", "/admin/members/organisation/import/", STAFF, by_package=True),
]
