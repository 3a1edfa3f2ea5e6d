"""How the admin site looks: colours of the portal, sections of the sidebar."""

from collections.abc import Callable

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _page(title: str | Promise, icon: str, model: str) -> dict[str, object]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": _may_see(*model.split("_", 1)),
    }


def _may_see(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change"))


def _section(title: str | Promise, *pages: dict[str, object]) -> dict[str, object]:
    return {"title": title, "separator": True, "items": pages}


MEMBERSHIPS = reverse_lazy("admin:members_membership_changelist")
REPORTS = reverse_lazy("admin:members_membership_reports")


def _among_memberships(request: HttpRequest) -> bool:
    """The reports lie under the address of the list, and have a line of their own."""
    return request.path.startswith(str(MEMBERSHIPS)) and not request.path.startswith(str(REPORTS))


UNFOLD = {
    "SITE_TITLE": _("Cluster Portal"),
    "SITE_HEADER": _("Cluster Portal"),
    "SITE_SUBHEADER": _("office of the association"),
    "SITE_ICON": lambda request: static("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
    "SITE_URL": reverse_lazy("pages:home"),
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": reverse_lazy("common:set_language")},
    "ENVIRONMENT": "cluster_portal.admin_site.environment",
    "DASHBOARD_CALLBACK": "cluster_portal.admin_start.context",
    "STYLES": [lambda request: static("css/admin.css")],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 264)",
            "100": "oklch(94% .03 264)",
            "200": "oklch(89% .058 264)",
            "300": "oklch(81% .1 264)",
            "400": "oklch(71% .15 264)",
            "500": "oklch(62% .19 264)",
            "600": "oklch(46% .2 264)",
            "700": "oklch(41% .195 264)",
            "800": "oklch(36% .17 264)",
            "900": "oklch(31% .13 264)",
            "950": "oklch(23% .09 264)",
        },
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("account_change_password")},
            {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
        ],
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {"items": [{"title": _("Start"), "icon": "inbox", "link": reverse_lazy("admin:index")}]},
            _section(
                _("Association"),
                _page(_("Applications for membership"), "how_to_reg", "members_membershipapplication"),
                _page(_("Sessions of the board"), "gavel", "members_boardsession"),
                _page(_("Organisations"), "domain", "members_organisation"),
                _page(_("Changes of profiles"), "rate_review", "members_profilechange"),
                {**_page(_("Memberships"), "handshake", "members_membership"), "active": _among_memberships},
                {
                    "title": _("Reports of membership"),
                    "icon": "monitoring",
                    "link": REPORTS,
                    "permission": _may_see("members", "membership"),
                },
                _page(_("Periods of membership"), "date_range", "members_membershipperiod"),
                _page(_("Invoices"), "receipt_long", "members_invoice"),
                _page(_("Fees"), "payments", "members_fee"),
                _page(_("Bank details"), "account_balance", "members_associationrequisites"),
                _page(_("Ladder of partners"), "stairs", "members_partnership"),
                _page(_("People in public roles"), "badge", "members_publicperson"),
                _page(_("Representative offices"), "public", "members_representativeoffice"),
                _page(_("Reports of offices"), "rate_review", "members_officereport"),
            ),
            _section(
                _("Events"),
                _page(_("Events"), "event", "events_event"),
                _page(_("Registrations"), "confirmation_number", "events_registration"),
                _page(_("Series of events"), "event_repeat", "events_eventseries"),
                _page(_("Pools of places"), "event_seat", "events_ticketpool"),
                _page(_("Sessions of events"), "view_agenda", "events_session"),
                _page(_("Certificates of participants"), "workspace_premium", "events_participantcertificate"),
            ),
            _section(
                _("Projects"),
                _page(_("Projects"), "hub", "projects_project"),
                _page(_("Roadmaps"), "flag", "projects_roadmapitem"),
                _page(_("Pledges"), "volunteer_activism", "projects_pledge"),
                _page(_("Challenges"), "emoji_objects", "projects_challenge"),
                _page(_("Teams"), "groups", "projects_team"),
            ),
            _section(
                _("Agreements"),
                _page(_("Agreements"), "contract", "agreements_agreement"),
                _page(_("Signed on paper and with operators"), "signature", "agreements_signingrequest"),
                {
                    "title": _("Statistics of agreements"),
                    "icon": "monitoring",
                    "link": reverse_lazy("admin:agreements_agreement_statistics"),
                    "permission": _may_see("agreements", "agreement"),
                },
                _page(_("Obligations"), "assignment_turned_in", "agreements_obligation"),
                _page(_("Reports on obligations"), "fact_check", "agreements_obligationreport"),
                _page(_("Templates of agreements"), "description", "agreements_agreementtemplate"),
                _page(_("Accessions to the rules of signing"), "key_vertical", "agreements_rulesaccession"),
                _page(_("Terms by the clock"), "timer", "agreements_timer"),
                _page(_("Published heads of the history"), "link", "agreements_chainhead"),
            ),
            _section(
                _("Technoparks"),
                _page(_("Technoparks"), "apartment", "technoparks_technopark"),
                _page(_("Laboratories"), "science", "technoparks_lab"),
                _page(_("Bookings"), "calendar_month", "technoparks_booking"),
                _page(_("Programmes of technoparks"), "school", "technoparks_programme"),
                _page(_("Groups of learners"), "groups", "technoparks_cohort"),
                _page(_("Applications to groups"), "how_to_reg", "technoparks_cohortapplication"),
                _page(_("Learners"), "person_check", "technoparks_enrolment"),
                _page(_("Certificates of programmes"), "workspace_premium", "technoparks_programmecertificate"),
                _page(_("Equipment"), "precision_manufacturing", "technoparks_equipment"),
                _page(_("Classes of equipment"), "category", "technoparks_equipmentclass"),
                _page(_("Instructions"), "menu_book", "technoparks_instruction"),
                _page(_("Inductions"), "verified_user", "technoparks_induction"),
                _page(_("Hours of guests"), "hourglass_top", "technoparks_hoursaccount"),
            ),
            _section(
                _("People"),
                _page(_("People with an account"), "group", "members_user"),
                _page(_("Representatives"), "supervisor_account", "members_representative"),
                _page(_("Invitations"), "mail", "members_invitation"),
                _page(_("Requests to join"), "person_add", "members_joinrequest"),
                _page(_("Hand-overs"), "swap_horiz", "members_handover"),
                _page(_("Groups of rights"), "key", "auth_group"),
            ),
            _section(
                _("Personal data"),
                _page(_("Consents"), "task_alt", "members_consent"),
                _page(_("Texts of consents"), "contract", "members_consenttext"),
                _page(_("Copies of people's data"), "archive", "members_dataexport"),
                _page(_("Acts of erasure"), "delete_forever", "members_erasureact"),
                _page(_("Views of personal data"), "visibility", "common_personaldataview"),
            ),
            _section(
                _("Mail and jobs"),
                _page(_("Outgoing mail"), "outgoing_mail", "common_outgoingmail"),
                _page(_("Suppressed addresses"), "block", "common_suppressedaddress"),
                _page(_("Unsubscriptions"), "unsubscribe", "common_unsubscription"),
                _page(_("Signed links"), "link", "common_signedlink"),
                _page(_("Jobs by the clock"), "schedule", "common_jobrun"),
                _page(_("Failed tasks"), "report", "common_deadtask"),
                _page(_("Discrepancies"), "rule", "common_discrepancy"),
            ),
            _section(
                _("Reference lists"),
                _page(_("Terms of joining"), "approval", "members_joinconditions"),
                _page(_("Questions to applicants"), "quiz", "members_question"),
                _page(_("Regions"), "map", "members_region"),
                _page(_("Directions"), "category", "members_direction"),
            ),
        ],
    },
}
