"""Who gets what answer at which address: the whole of it, for ``test_permissions.py``.

A row is an address, a method and the answer to each role, in the order of ROLES; where fewer stand there, the
last one holds for all roles that remain. Everybody acts on organisation ``a`` and on ``hidden``, which is not
published: ``viewer`` … ``head`` act for both, ``stranger`` is each role of another organisation, ``removed`` was a
head of both until a moment ago. ``editor`` and ``superuser`` work in the office; ``unproven`` is a superuser without
a second factor.

An answer is a status, or where a redirect leads: ``login``, or ``factor`` for the page that sets up a second factor.
"""

ROLES = [
    "anonymous", "unproven", "visitor", "stranger", "removed",
    "viewer", "teacher", "coordinator", "head", "editor", "superuser",
]  # fmt: skip

PAGES = """
# Open to everybody, and only read
/healthz                                 GET   200    factor 200
/healthz                                 POST  405    factor 405
/readyz                                  GET   200    factor 200
/readyz                                  POST  405    factor 405
/                                        GET   200    factor 200
/                                        POST  405    factor 405
/organisations/                          GET   200    factor 200
/organisations/                          POST  405    factor 405
/organisations/export.csv                GET   200    factor 200
/organisations/export.csv                POST  405    factor 405
/organisations/a/                        GET   200    factor 200
/organisations/a/                        POST  405    factor 405
/organisations/a/offices/                GET   200    factor 200
/organisations/a/offices/                POST  405    factor 405
/join/                                   GET   200    factor 200
/join/                                   POST  405    factor 405
/join/apply/                             GET   200    factor 200
/join/apply/                             POST  200    factor 200
/about/                                  GET   200    factor 200
/about/                                  POST  405    factor 405
/privacy/                                GET   200    factor 200
/privacy/                                POST  405    factor 405
/selection-rules/                        GET   200    factor 200
/selection-rules/                        POST  405    factor 405
/consents/account/                       GET   200    factor 200
/consents/account/                       POST  405    factor 405
/consents/account/1/                     GET   200    factor 200
/consents/account/1/                     POST  405    factor 405
/consents/account/2/                     GET   404    factor 404
/consents/account/2/                     POST  405    factor 405
/style-guide/                            GET   200    factor 200
/style-guide/                            POST  405    factor 405
/verify/known-code/                      GET   200    factor 200
/verify/known-code/                      POST  405    factor 405
/verify/other-code/                      GET   404    factor 404
/verify/other-code/                      POST  405    factor 405
/agreements/                             GET   200    factor 200
/agreements/                             POST  405    factor 405
/agreements/feed.rss                     GET   200    factor 200
/agreements/feed.rss                     POST  405    factor 405
/agreements/export.csv                   GET   200    factor 200
/agreements/export.csv                   POST  405    factor 405
/agreements/history/                     GET   200    factor 200
/agreements/history/                     POST  405    factor 405
/agreements/history/export.json          GET   200    factor 200
/agreements/history/export.json          POST  405    factor 405
/agreements/network/                     GET   200    factor 200
/agreements/network/                     POST  405    factor 405
/agreements/<publicagreement>/           GET   200    factor 200
/agreements/<publicagreement>/           POST  405    factor 405
/verify/<agreementcode>/                 GET   200    factor 200
/verify/<agreementcode>/                 POST  200    factor 200
/events/                                 GET   200    factor 200
/events/                                 POST  405    factor 405
/events/calendar/                        GET   200    factor 200
/events/calendar/                        POST  405    factor 405
/events/feed.ics                         GET   200    factor 200
/events/feed.ics                         POST  405    factor 405
/events/feed.rss                         GET   200    factor 200
/events/feed.rss                         POST  405    factor 405
/events/open/                            GET   200    factor 200
/events/open/                            POST  405    factor 405
/events/open/event.ics                   GET   200    factor 200
/events/open/event.ics                   POST  405    factor 405
/technoparks/                            GET   200    factor 200
/technoparks/                            POST  405    factor 405
/projects/                               GET   200    factor 200
/projects/                               POST  405    factor 405
/projects/feed.rss                       GET   200    factor 200
/projects/feed.rss                       POST  405    factor 405
/challenges/                             GET   200    factor 200
/challenges/                             POST  405    factor 405
/challenges/feed.rss                     GET   200    factor 200
/challenges/feed.rss                     POST  405    factor 405
/challenges/shared/                      GET   200    factor 200
/challenges/shared/                      POST  405    factor 405
/challenges/shared/apply/                GET   login  factor 200
/challenges/shared/apply/                POST  login  factor 405
/projects/shared/                        GET   200    factor 200
/projects/shared/                        POST  405    factor 405
/technoparks/park/                       GET   200    factor 200
/technoparks/park/                       POST  405    factor 405
/technoparks/park/labs/lab/              GET   200    factor 200
/technoparks/park/labs/lab/              POST  405    factor 405
/technoparks/park/labs/lab/feed.ics      GET   200    factor 200
/technoparks/park/labs/lab/feed.ics      POST  405    factor 405
/technoparks/park/programmes/course/     GET   200    factor 200
/technoparks/park/programmes/course/     POST  405    factor 405

# Not published: there only for those who act for it, and for the office
/organisations/hidden/                   GET   404    factor 404    404    404    200
/organisations/hidden/                   POST  405    factor 405
/events/draft-a/                         GET   404    factor 404    404    404    200
/events/draft-a/                         POST  405    factor 405
/events/draft-a/event.ics                GET   404    factor 404    404    404    200
/events/draft-a/event.ics                POST  405    factor 405
/challenges/challenge-a/                 GET   404    factor 404    404    404    200
/challenges/challenge-a/                 POST  405    factor 405
# Of an expert and of a judge, who is the visitor
/challenges/challenge-judged/scores/     GET   login  factor 200    404
/challenges/challenge-judged/scores/     POST  login  factor 405
/challenges/challenge-judged/scores/<judgedteam>/ GET login factor 200 404
/challenges/challenge-judged/scores/<judgedteam>/ POST login factor 302 404
/challenges/challenge-judged/scores/finish/ GET login factor 405
/challenges/challenge-judged/scores/finish/ POST login factor 302 404
/challenges/challenge-reviewed/          GET   404    factor 200    404    404    404    404    404    404    200
/challenges/challenge-reviewed/          POST  405    factor 405
/challenges/challenge-reviewed/review/   GET   login  factor 200    404
/challenges/challenge-reviewed/review/   POST  login  factor 200    404
/challenges/challenge-reviewed/review/decline/ GET login factor 405
/challenges/challenge-reviewed/review/decline/ POST login factor 302 404
/projects/project-a/                     GET   404    factor 404    404    404    200
/projects/project-a/                     POST  405    factor 405
/projects/project-a/roadmap/             GET   404    factor 404    404    404    200
/projects/project-a/roadmap/             POST  405    factor 405
/projects/project-a/roadmap.csv          GET   404    factor 404    404    404    200
/projects/project-a/roadmap.csv          POST  405    factor 405
/projects/project-a/results/<projectresult>/ GET 404  factor 404    404    404    200
/projects/project-a/results/<projectresult>/ POST 405 factor 405
/technoparks/hidden-park/                GET   404    factor 404    404    404    200
/technoparks/hidden-park/                POST  405    factor 405
/technoparks/hidden-park/labs/lab/       GET   404    factor 404    404    404    200
/technoparks/hidden-park/labs/lab/       POST  405    factor 405
/technoparks/hidden-park/labs/lab/feed.ics GET 404    factor 404    404    404    200
/technoparks/hidden-park/labs/lab/feed.ics POST 405   factor 405
/technoparks/park-a/labs/lab-a/documents/<equipmentdocument>/ GET 404 factor 404 404 404 200
/technoparks/park-a/labs/lab-a/documents/<equipmentdocument>/ POST 405 factor 405
/technoparks/hidden-park/programmes/course/ GET 404   factor 404    404    404    200
/technoparks/hidden-park/programmes/course/ POST 405  factor 405

# The way out of letters: for whoever holds the address, and for nobody without it
/unsubscribe/<token>/                    GET   200    factor 200
/unsubscribe/<token>/                    POST  200    factor 200
/unsubscribe/forged/                     GET   404    factor 404
/unsubscribe/forged/                     POST  404    factor 404

# An application for membership: for whoever holds its address, and for nobody without it
/join/preview/school/                    GET   login  factor 404    404    404    404    404    404    404    404    200
/join/preview/school/                    POST  login  factor 405
/join/confirm/<confirmation>/            GET   200    factor 200
/join/confirm/<confirmation>/            POST  302    factor 302
/join/confirm/forged/                    GET   404    factor 404
/join/confirm/forged/                    POST  404    factor 404
/join/applications/<application>/        GET   200    factor 200
/join/applications/<application>/        POST  405    factor 405
/join/applications/<application>/organisation/ GET   200    factor 200
/join/applications/<application>/organisation/ POST  200    factor 200
/join/applications/<application>/nonsense/ GET   404    factor 404
/join/applications/<application>/nonsense/ POST  404    factor 404
/join/applications/<application>/documents/ GET   200    factor 200
/join/applications/<application>/documents/ POST  404    factor 404
/join/applications/<application>/check/  GET   200    factor 200
/join/applications/<application>/check/  POST  200    factor 200
/join/applications/<application>/withdraw/ GET   200    factor 200
/join/applications/<application>/withdraw/ POST  302    factor 302
/join/applications/<application>/letter/ GET   405    factor 405
/join/applications/<application>/letter/ POST  200    factor 200
/join/applications/<application>/files/<applicationfile>/ GET   200    factor 200
/join/applications/<application>/files/<applicationfile>/ POST  405    factor 405
/join/applications/<application>/files/<applicationfile>/remove/ GET   405    factor 405
/join/applications/<application>/files/<applicationfile>/remove/ POST  302    factor 302
/join/applications/forged/               GET   404    factor 404
/join/applications/forged/               POST  405    factor 405
/join/applications/forged/organisation/  GET   404    factor 404
/join/applications/forged/organisation/  POST  404    factor 404
/join/applications/forged/documents/     GET   404    factor 404
/join/applications/forged/documents/     POST  404    factor 404
/join/applications/forged/check/         GET   404    factor 404
/join/applications/forged/check/         POST  404    factor 404
/join/applications/forged/withdraw/      GET   404    factor 404
/join/applications/forged/withdraw/      POST  404    factor 404
/join/applications/forged/letter/        GET   405    factor 405
/join/applications/forged/letter/        POST  404    factor 404
/join/applications/forged/files/<applicationfile>/ GET   404    factor 404
/join/applications/forged/files/<applicationfile>/ POST  405    factor 405
/join/applications/forged/files/<applicationfile>/remove/ GET   405    factor 405
/join/applications/forged/files/<applicationfile>/remove/ POST  404    factor 404

# The reader's own settings
/settings/language/                      GET   405
/settings/language/                      POST  302
/settings/view/                          GET   405
/settings/view/                          POST  302

# Agreements of an organisation: read by all who act for it, drawn up by its heads and coordinators
/dashboard/a/labs/ GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/labs/ POST login factor 405
/dashboard/a/labs/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/<lab>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/<lab>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/<lab>/hours/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/<lab>/hours/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/<lab>/days/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/<lab>/days/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/days/<openingexception>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/days/<openingexception>/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/labs/days/<openingexception>/remove/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/days/<openingexception>/remove/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/labs/equipment/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/equipment/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/equipment/<equipment>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/equipment/<equipment>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/<lab>/book/ GET  login factor 404 404 404 403 200 200 200 404
/dashboard/a/labs/<lab>/book/ POST login factor 404 404 404 403 200 200 200 404
/dashboard/a/labs/equipment/ GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/labs/equipment/ POST login factor 405
/dashboard/a/labs/equipment/<equipment>/out/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/equipment/<equipment>/out/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/equipment/<equipment>/documents/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/equipment/<equipment>/documents/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/outages/<outage>/ GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/labs/outages/<outage>/ POST login factor 405
/dashboard/a/labs/outages/<outage>/end/ GET  login factor 405
/dashboard/a/labs/outages/<outage>/end/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/labs/outages/<outage>/until/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/outages/<outage>/until/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/usage/ GET  login factor 404 404 404 403 403 200 200 404 200
/dashboard/a/labs/usage/ POST login factor 405
/dashboard/a/labs/usage/spreadsheet/ GET  login factor 404 404 404 403 403 200 200 404 200
/dashboard/a/labs/usage/spreadsheet/ POST login factor 405
/dashboard/a/labs/bookings/ GET  login factor 404 404 404 403 403 200 200 404 200
/dashboard/a/labs/bookings/ POST login factor 405
/dashboard/a/labs/bookings/<booking>/ GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/labs/bookings/<booking>/ POST login factor 405
/dashboard/a/labs/bookings/<booking>/approve/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/bookings/<booking>/approve/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/labs/inductions/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/inductions/ POST login factor 405
/dashboard/a/labs/inductions/journal/ GET  login factor 404 404 404 403 403 400 400 404
/dashboard/a/labs/inductions/journal/ POST login factor 405
/dashboard/a/labs/inductions/<induction>/sign-off/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/inductions/<induction>/sign-off/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/labs/instructions/new/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/instructions/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/instructions/<instruction>/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/instructions/<instruction>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/instructions/<instruction>/text/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/instructions/<instruction>/text/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/programmes/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/programmes/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/programmes/<programme>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/programmes/<programme>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/programmes/<programme>/group/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/programmes/<programme>/group/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/labs/groups/ POST login factor 405
/dashboard/a/labs/groups/<cohort>/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/labs/groups/<cohort>/ POST login factor 405
/dashboard/a/labs/groups/<cohort>/edit/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/<cohort>/edit/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/<cohort>/decide/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/<cohort>/decide/ POST login factor 404 404 404 403 403 409 409 404
/dashboard/a/labs/groups/<cohort>/learners/<enrolment>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/<cohort>/learners/<enrolment>/ POST login factor 404 404 404 403 403 404 404 404
/dashboard/a/labs/groups/<cohort>/lessons/<lesson>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/<cohort>/lessons/<lesson>/ POST login factor 404 404 404 403 403 409 409 404
/dashboard/a/labs/groups/<cohort>/certificates/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/<cohort>/certificates/ POST login factor 404 404 404 403 403 409 409 404
/dashboard/a/labs/groups/<cohort>/certificates/<programmecertificate>/ GET login factor 404 404 404 403 403 404 404 404
/dashboard/a/labs/groups/<cohort>/certificates/<programmecertificate>/ POST login factor 405
/dashboard/a/labs/groups/<cohort>/cancel/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/groups/<cohort>/cancel/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/labs/pupils/ GET login factor 404 404 404 403 200 200 200 404
/dashboard/a/labs/pupils/ POST login factor 405
/dashboard/a/labs/pupils/apply/<cohort>/ GET login factor 404 404 404 403 200 200 200 404
/dashboard/a/labs/pupils/apply/<cohort>/ POST login factor 404 404 404 403 200 200 200 404
/dashboard/a/labs/pupils/<pupil>/ GET login factor 404 404 404 403 404 200 200 404
/dashboard/a/labs/pupils/<pupil>/ POST login factor 405
/dashboard/a/labs/pupils/<pupil>/certificates/<programmecertificate>/ GET login factor 404 404 404 403 404 404 404 404
/dashboard/a/labs/pupils/<pupil>/certificates/<programmecertificate>/ POST login factor 405
/dashboard/a/labs/pupils/<pupil>/withdraw/ GET login factor 404 404 404 403 404 200 200 404
/dashboard/a/labs/pupils/<pupil>/withdraw/ POST login factor 404 404 404 403 404 302 302 404
/dashboard/a/agreements/ GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/ POST login factor 405
/dashboard/a/agreements/dates/ GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/dates/ POST login factor 405
/dashboard/a/agreements/new/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/new/ POST login factor 405
/dashboard/a/agreements/new/cooperation/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/new/cooperation/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/draft/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/draft/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/parties/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/parties/ POST login factor 404 404 404 403 403 404 404 404
/dashboard/a/agreements/<agreementdraft>/parties/<draftparty>/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/parties/<draftparty>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/promises/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/promises/ POST login factor 405
/dashboard/a/agreements/<agreementdraft>/promises/new/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/promises/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/promises/<promise>/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/promises/<promise>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/files/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/files/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/submit/ GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreementdraft>/submit/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/agreements/<agreementdraft>/review/ GET  login factor 404
/dashboard/a/agreements/<agreementdraft>/review/ POST login factor 404
/dashboard/a/agreements/<agreementdraft>/follow/amendment/ GET  login factor 404 404 404 403 403 404 404 404
/dashboard/a/agreements/<agreementdraft>/follow/amendment/ POST login factor 404 404 404 403 403 404 404 404

# The dashboard: not there for those who do not act for the organisation
/dashboard/                              GET   login  factor 200    302    200    302    302    302    302    200
/dashboard/                              POST  login  factor 405
/dashboard/a/                            GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/                            POST  login  factor 405
/dashboard/a/profile/                    GET   login  factor 404    404    404    403    403    200    200    404
/dashboard/a/profile/                    POST  login  factor 404    404    404    403    403    200    200    404
/dashboard/a/offices/                    GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/offices/                    POST  login  factor 404    404    404    403    403    200    200    404
/dashboard/a/agreements/<agreement>/     GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/agreements/<agreement>/     POST  login  factor 405
/dashboard/hidden/                       GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/hidden/                       POST  login  factor 405
/dashboard/hidden/profile/               GET   login  factor 404    404    404    403    403    200    200    404
/dashboard/hidden/profile/               POST  login  factor 404    404    404    403    403    200    200    404
/dashboard/hidden/offices/               GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/hidden/offices/               POST  login  factor 404    404    404    403    403    200    200    404
/dashboard/a/people/                     GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/people/                     POST  login  factor 404    404    404    403    403    200    200    404
/dashboard/a/people/<representative>/    GET   login  factor 404    404    404    403    403    200    200    404
/dashboard/a/people/<representative>/    POST  login  factor 404    404    404    403    403    200    200    404
/dashboard/a/people/<representative>/end/ GET  login  factor 404    404    404    200    403    200    200    404
/dashboard/a/people/<representative>/end/ POST login  factor 404    404    404    302    403    302    302    404
/dashboard/a/people/invitations/<invitation>/send-again/ GET  login factor 405
/dashboard/a/people/invitations/<invitation>/send-again/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/people/invitations/<invitation>/revoke/ GET  login factor 405
/dashboard/a/people/invitations/<invitation>/revoke/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/people/requests/<joinrequest>/ GET login factor 404    404    404    403    403    200    200    404
/dashboard/a/people/requests/<joinrequest>/ POST login factor 404   404    404    403    403    200    200    404

# The way into an organisation: for whoever holds the link and has its address; and for whoever asks
/invitations/<invitationtoken>/          GET   200    factor 200
/invitations/<invitationtoken>/          POST  login  factor 302    409
/invitations/forged/                     GET   404    factor 404
/invitations/forged/                     POST  404    factor 404
/organisations/a/i-work-here/            GET   login  factor 200
/organisations/a/i-work-here/            POST  login  factor 200
/organisations/a/i-work-here/withdraw/   GET   login  factor 405
/organisations/a/i-work-here/withdraw/   POST  login  factor 302
/organisations/hidden/i-work-here/       GET   login  factor 404    404    404    200
/organisations/hidden/i-work-here/       POST  login  factor 404    404    404    200
/organisations/hidden/i-work-here/withdraw/ GET login factor 405
/organisations/hidden/i-work-here/withdraw/ POST login factor 404   404    404    302
/dashboard/a/membership/                  GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/membership/                  POST  login  factor 405
/dashboard/a/membership/leave/            GET   login  factor 404    404    404    403    403    403    200    404
/dashboard/a/membership/leave/            POST  login  factor 404    404    404    403    403    403    200    404
/dashboard/hidden/membership/             GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/hidden/membership/             POST  login  factor 405
/dashboard/hidden/membership/leave/       GET   login  factor 404    404    404    403    403    403    302    404
/dashboard/hidden/membership/leave/       POST  login  factor 404    404    404    403    403    403    302    404

/dashboard/a/profile/confirm/            GET   login  factor 405
/dashboard/a/profile/confirm/            POST  login  factor 404    404    404    403    403    302    302    404
/dashboard/hidden/profile/confirm/       GET   login  factor 405
/dashboard/hidden/profile/confirm/       POST  login  factor 404    404    404    403    403    302    302    404
/dashboard/a/profile/withdraw/           GET   login  factor 405
/dashboard/a/profile/withdraw/           POST  login  factor 404    404    404    403    403    302    302    404
/dashboard/hidden/profile/withdraw/      GET   login  factor 405
/dashboard/hidden/profile/withdraw/      POST  login  factor 404    404    404    403    403    302    302    404

# What the organisation proposes: for those who act for it, and for the office
/profile-changes/<profilechange>/logo/   GET   login  factor 404    404    404    200
/profile-changes/<profilechange>/logo/   POST  login  factor 405

# A paper of the organisation: for those who act for it, and for the office
/certificates/2020-0001/                 GET   login  factor 404    404    404    200
/certificates/2020-0001/                 POST  login  factor 405
/certificates/2020-0002/                 GET   login  factor 404
/certificates/2020-0002/                 POST  login  factor 405
/invoices/2020-0001/                     GET   login  factor 404    404    404    200    200    200    200    404    200
/invoices/2020-0001/                     POST  login  factor 405
/invoices/2020-0002/                     GET   login  factor 404
/invoices/2020-0002/                     POST  login  factor 405

# The API shows what is published, to everybody alike; who acts for a consortium tells of its offices
/api/v1/organisations/                   GET   200    factor 200
/api/v1/organisations/                   POST  405    factor 405
/api/v1/organisations/a/                 GET   200    factor 200
/api/v1/organisations/a/                 POST  405    factor 405
/api/v1/organisations/hidden/            GET   404    factor 404
/api/v1/organisations/hidden/            POST  405    factor 405
/api/v1/organisations/a/offices/         GET   200    factor 200
/api/v1/organisations/a/offices/         POST  403    factor 403    403    403    403    403    400    400    403
/api/v1/organisations/hidden/offices/    GET   404    factor 404    404    404    200
/api/v1/organisations/hidden/offices/    POST  403    factor 404    404    404    403    403    400    400    403
/api/v1/regions/                         GET   200    factor 200
/api/v1/regions/                         POST  405    factor 405
/api/v1/regions/RU-KHM/                  GET   200    factor 200
/api/v1/regions/RU-KHM/                  POST  405    factor 405
/api/v1/directions/                      GET   200    factor 200
/api/v1/directions/                      POST  405    factor 405
/api/v1/directions/robotics/             GET   200    factor 200
/api/v1/directions/robotics/             POST  405    factor 405
/api/v1/my/organisations/                GET   403    factor 200
/api/v1/my/organisations/                POST  403    factor 405
/api/v1/my/organisations/a/people/       GET   403    factor 404    404    404    200    200    200    200    404
/api/v1/my/organisations/a/people/       POST  403    factor 404    404    404    403    403    400    400    404
/api/v1/my/organisations/hidden/people/  GET   403    factor 404    404    404    200    200    200    200    404
/api/v1/my/organisations/hidden/people/  POST  403    factor 404    404    404    403    403    400    400    404
/api/v1/my/organisations/a/membership/   GET   403    factor 404    404    404    200    200    200    200    404
/api/v1/my/organisations/a/membership/   POST  403    factor 405
/api/v1/my/organisations/hidden/membership/ GET 403   factor 404    404    404    200    200    200    200    404
/api/v1/my/organisations/hidden/membership/ POST 403  factor 405
/api/v1/events/                          GET   200    factor 200
/api/v1/events/                          POST  405    factor 405
/api/v1/events/open/                     GET   200    factor 200
/api/v1/events/open/                     POST  405    factor 405
/api/v1/events/open/programme/           GET   200    factor 200
/api/v1/events/open/programme/           POST  405    factor 405
/api/v1/events/draft-a/                  GET   404    factor 404
/api/v1/events/draft-a/                  POST  405    factor 405
/api/v1/agreements/                      GET   200    factor 200
/api/v1/agreements/                      POST  405    factor 405
/api/v1/agreements/<agreementnumber>/    GET   200    factor 200
/api/v1/agreements/<agreementnumber>/    POST  405    factor 405
/api/v1/my/agreements/                   GET   403    factor 200
/api/v1/my/agreements/                   POST  403    factor 405
/api/v1/my/agreements/<agreement>/       GET   403    factor 404    404    404    200    200    200    200    404
/api/v1/my/agreements/<agreement>/       POST  403    factor 405
/api/v1/my/agreements/<agreement>/versions/ GET 403   factor 404    404    404    200    200    200    200    404
/api/v1/my/agreements/<agreement>/versions/ POST 403  factor 405
/api/v1/my/agreements/<agreement>/accept/ GET  403    factor 405
/api/v1/my/agreements/<agreement>/accept/ POST 403    factor 404    404    404    400    400    400    400    404
/api/v1/my/agreements/<agreement>/remarks/ GET 403    factor 404    404    404    200    200    200    200    404
/api/v1/my/agreements/<agreement>/remarks/ POST 403   factor 404    404    404    400    400    400    400    404
/api/v1/my/agreements/<pact>/obligations/ GET 403 factor 404   404    404    200    200    200    200    404
/api/v1/my/agreements/<pact>/obligations/ POST 403 factor 405
/api/v1/my/agreements/<pact>/obligations/<obligation>/reports/ GET 403 factor 405
/api/v1/my/agreements/<pact>/obligations/<obligation>/reports/ POST 403 factor 404 404 404 403 403 400 400 404
/api/v1/my/agreements/<pact>/reports/<progress>/confirm/ GET 403 factor 405
/api/v1/my/agreements/<pact>/reports/<progress>/confirm/ POST 403 factor 404 404 404 400 400 400 400 404
/api/v1/my/agreements/<pact>/reports/<progress>/refuse/ GET 403 factor 405
/api/v1/my/agreements/<pact>/reports/<progress>/refuse/ POST 403 factor 404 404 404 400 400 400 400 404
/api/v1/technoparks/                     GET   200    factor 200
/api/v1/technoparks/                     POST  405    factor 405
/api/v1/challenges/                      GET   200    factor 200
/api/v1/challenges/                      POST  405    factor 405
/api/v1/challenges/shared/               GET   200    factor 200
/api/v1/challenges/shared/               POST  405    factor 405
/api/v1/challenges/challenge-a/          GET   404    factor 404
/api/v1/challenges/challenge-a/          POST  405    factor 405
/api/v1/projects/                        GET   200    factor 200
/api/v1/projects/                        POST  405    factor 405
/api/v1/projects/shared/                 GET   200    factor 200
/api/v1/projects/shared/                 POST  405    factor 405
/api/v1/projects/project-a/              GET   404    factor 404
/api/v1/projects/project-a/              POST  405    factor 405
/api/v1/technoparks/park-a/              GET   200    factor 200
/api/v1/technoparks/park-a/              POST  405    factor 405
/api/v1/labs/                            GET   200    factor 200
/api/v1/labs/                            POST  405    factor 405
/api/v1/labs/<lab>/                      GET   200    factor 200
/api/v1/labs/<lab>/                      POST  405    factor 405
/api/v1/labs/<lab>/free/                 GET   200    factor 200
/api/v1/labs/<lab>/free/                 POST  405    factor 405
/api/v1/programmes/                      GET   200    factor 200
/api/v1/programmes/                      POST  405    factor 405
/api/v1/programmes/<programme>/          GET   200    factor 200
/api/v1/programmes/<programme>/          POST  405    factor 405
/api/v1/groups/                          GET   200    factor 200
/api/v1/groups/                          POST  405    factor 405
/api/v1/groups/<cohort>/                 GET   200    factor 200
/api/v1/groups/<cohort>/                 POST  405    factor 405
/api/v1/my/bookings/                     GET   403    factor 200
/api/v1/my/bookings/                     POST  403    factor 400
/api/v1/my/bookings/<booking>/           GET   403    factor 404    404    404    200    200    200    200    404
/api/v1/my/bookings/<booking>/           POST  403    factor 405
/api/v1/my/bookings/<booking>/cancel/    GET   403    factor 405
/api/v1/my/bookings/<booking>/cancel/    POST  403    factor 404    404    404    403    403    409    409    404
/api/v1/my/bookings/<booking>/approve/   GET   403    factor 405
/api/v1/my/bookings/<booking>/approve/   POST  403    factor 404    404    404    403    403    200    200    404
/api/v1/my/bookings/<booking>/decline/   GET   403    factor 405
/api/v1/my/bookings/<booking>/decline/   POST  403    factor 404    404    404    403    403    400    400    404
/api/v1/my/bookings/<booking>/check-in/  GET   403    factor 405
/api/v1/my/bookings/<booking>/check-in/  POST  403    factor 404    404    404    403    409    409    409    404
/api/v1/my/outages/                      GET   403    factor 200
/api/v1/my/outages/                      POST  403    factor 400
/api/v1/my/outages/<outage>/             GET   403    factor 404    404    404    200    200    200    200    404
/api/v1/my/outages/<outage>/             POST  403    factor 405
/api/v1/my/outages/<outage>/end/         GET   403    factor 405
/api/v1/my/outages/<outage>/end/         POST  403    factor 404    404    404    403    403    200    200    404
/api/v1/my/inductions/                   GET   403    factor 200
/api/v1/my/inductions/                   POST  403    factor 405
/api/v1/schema/                          GET   200    factor 200
/api/v1/schema/                          POST  405    factor 405
/api/v1/docs/                            GET   200    factor 200
/api/v1/docs/                            POST  405    factor 405

# Registering for an event is open to all; a registration is for whoever holds its address, the names of a group besides
# only for those who teach in its organisation
/events/forum/check-in/                  GET   login  factor 404    404    404    404    200    200    200    404    200
/events/forum/check-in/                  POST  login  factor 404    404    404    404    200    200    200    404    200
/events/forum/certificates/              GET   login  factor 404    404    404    404    404    200    200    404    200
/events/forum/certificates/              POST  login  factor 404    404    404    404    404    409    409    404    409
/events/forum/certificates/<participantcertificate>/ GET  login factor 404 404 404 404 404 200 200 404 200
/events/forum/certificates/<participantcertificate>/ POST login factor 404 404 404 404 404 200 200 404 200
/events/forum/certificates/archive/      GET   login  factor 404
/events/forum/certificates/archive/      POST  login  factor 405
/events/registrations/<ticketlink>/certificates/ GET 404 factor 404
/events/registrations/<ticketlink>/certificates/ POST 405 factor 405
/account/tickets/                        GET   login  200
/account/tickets/                        POST  login  405
/technoparks/groups/<cohort>/apply/      GET   login  factor 200
/technoparks/groups/<cohort>/apply/      POST  login  factor 200
/account/groups/                         GET   login  200
/account/groups/                         POST  login  405
/account/groups/<cohortapplication>/     GET   login  404    200    404
/account/groups/<cohortapplication>/     POST  login  405
/account/groups/<cohortapplication>/certificates/<programmecertificate>/ GET login 404
/account/groups/<cohortapplication>/certificates/<programmecertificate>/ POST login 405
/account/groups/<cohortapplication>/leave/ GET login  404    200    404
/account/groups/<cohortapplication>/leave/ POST login 404    302    404
/events/forum/register/                  GET   200    factor 200
/events/forum/register/                  POST  200    factor 200
/events/forum/register/sent/             GET   200    factor 200
/events/forum/register/sent/             POST  405    factor 405
/events/forum/register-group/            GET   login  factor 200
/events/forum/register-group/            POST  login  factor 200
/events/registrations/<ticketlink>/ GET  200    factor 200
/events/registrations/<ticketlink>/ POST 405    factor 405
/events/registrations/<ticketlink>/confirm/ GET  405    factor 405
/events/registrations/<ticketlink>/confirm/ POST 302    factor 302
/events/registrations/<ticketlink>/accept/ GET  405    factor 405
/events/registrations/<ticketlink>/accept/ POST 302    factor 302
/events/registrations/<ticketlink>/coming/ GET  405    factor 405
/events/registrations/<ticketlink>/coming/ POST 302    factor 302
/events/registrations/<ticketlink>/cancel/ GET  200    factor 200
/events/registrations/<ticketlink>/cancel/ POST 302    factor 302
/events/registrations/<ticketlink>/calendar/ GET 200   factor 200
/events/registrations/<ticketlink>/calendar/ POST 405  factor 405
/events/registrations/<grouptoken>/ GET   302    factor 404    404    404    404    302    302    302    404
/events/registrations/<grouptoken>/ POST  405    factor 405
/events/registrations/<grouptoken>/cancel/ GET 404 factor 404    404    404    404    200    200    200    404
/events/registrations/<grouptoken>/cancel/ POST 404 factor 404   404    404    404    302    302    302    404
/events/registrations/<grouptoken>/group/ GET login factor 404   404    404    404    200    200    200    404
/events/registrations/<grouptoken>/group/ POST login factor 405
/events/registrations/<grouptoken>/group/print/ GET login factor 404 404 404   404    200    200    200    404
/events/registrations/<grouptoken>/group/print/ POST login factor 405
/events/registrations/<grouptoken>/group/consents/ GET login factor 404 404 404 404   200    200    200    404
/events/registrations/<grouptoken>/group/consents/ POST login factor 404 404 404 404  302    302    302    404
/events/registrations/<grouptoken>/group/consents/mark/ GET login factor 405
/events/registrations/<grouptoken>/group/consents/mark/ POST login factor 404 404 404 404 302 302 302 404
/events/registrations/<grouptoken>/group/guests/<ticket>/ GET login factor 404 404 404 404 200 200 200 404
/events/registrations/<grouptoken>/group/guests/<ticket>/ POST login factor 404 404 404 404 200 200 200 404
/events/registrations/<grouptoken>/group/guests/<ticket>/remove/ GET login factor 405
/events/registrations/<grouptoken>/group/guests/<ticket>/remove/ POST login factor 404 404 404 404 302 302 302 404
/events/registrations/<grouptoken>/group/guests/<ticket>/consent/ GET login factor 404 404 404 404 200 200 200 404
/events/registrations/<grouptoken>/group/guests/<ticket>/consent/ POST login factor 404 404 404 404 200 200 200 404
/events/registrations/forged/            GET   404    factor 404
/events/registrations/forged/            POST  405    factor 405
/events/consents/<parentconsent>/        GET   200    factor 200
/events/consents/<parentconsent>/        POST  200    factor 200
/events/consents/forged/                 GET   404    factor 404
/events/consents/forged/                 POST  404    factor 404
/events/feedback/<feedbacklink>/         GET   200    factor 200
/events/feedback/<feedbacklink>/         POST  200    factor 200
/events/feedback/forged/                 GET   404    factor 404
/events/feedback/forged/                 POST  404    factor 404
/events/hall/<hallkey>/                  GET   200    factor 200
/events/hall/<hallkey>/                  POST  200    factor 200
/events/forum/feedback/sent/             GET   200    factor 200
/events/forum/feedback/sent/             POST  405    factor 405

# What follows an event: to the heads and coordinators of its organiser, and to the office
/dashboard/a/events/forum/report/             GET  login factor 404    404    404    404    404    200
/dashboard/a/events/forum/report/             POST login factor 405
/dashboard/a/events/forum/report/spreadsheet/ GET  login factor 404    404    404    404    404    200
/dashboard/a/events/forum/report/spreadsheet/ POST login factor 405
/dashboard/a/events/forum/feedback/           GET  login factor 404    404    404    404    404    200
/dashboard/a/events/forum/feedback/           POST login factor 404    404    404    404    404    302
/dashboard/a/events/forum/feedback/questions/ GET  login factor 404    404    404    404    404    200
/dashboard/a/events/forum/feedback/questions/ POST login factor 404    404    404    404    404    200
/dashboard/a/events/forum/feedback/feedback.csv GET login factor 404   404    404    404    404    200
/dashboard/a/events/forum/feedback/feedback.csv POST login factor 405
/dashboard/a/registrations/              GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/registrations/              POST  login  factor 405
/dashboard/hidden/registrations/         GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/hidden/registrations/         POST  login  factor 405
/account/inductions/                     GET   login  200
/account/inductions/                     POST  login  405
/account/inductions/<instruction>/       GET   login  200
/account/inductions/<instruction>/       POST  login  200
/account/calendar/                       GET   login  200
/account/calendar/                       POST  login  302
/dashboard/a/calendar/                   GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/calendar/                   POST  login  factor 404    404    404    302    302    302    302    404
/dashboard/hidden/calendar/              GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/hidden/calendar/              POST  login  factor 404    404    404    302    302    302    302    404
/events/feeds/<calendar>.ics             GET   200    factor 200
/events/feeds/<calendar>.ics             POST  405    factor 405
/events/feeds/forged.ics                 GET   404    factor 404
/events/feeds/forged.ics                 POST  405    factor 405
/api/v1/my/registrations/                GET   403    factor 200
/api/v1/my/registrations/                POST  403    factor 400
/api/v1/my/registrations/<registration>/ GET   403    factor 200    404
/api/v1/my/registrations/<registration>/ POST  403    factor 405
/api/v1/my/registrations/<registration>/cancel/ GET 403 factor 405
/api/v1/my/registrations/<registration>/cancel/ POST 403 factor 200 404
/api/v1/events/forum/registration/       GET  200    factor 200
/api/v1/events/forum/registration/       POST 405    factor 405
/api/v1/events/draft-a/registration/     GET  404    factor 404    404    404    200
/api/v1/events/draft-a/registration/     POST 405    factor 405
/api/v1/events/forum/check-in/           GET  403    factor 404    404    404    404    200    200    200    404    200
/api/v1/events/forum/check-in/           POST 403    factor 404    404    404    404    400    400    400    404    400
/api/v1/events/forum/check-in/group/     GET  403    factor 405
/api/v1/events/forum/check-in/group/     POST 403    factor 404    404    404    404    400    400    400    404    400
/api/v1/events/forum/check-in/search/    GET  403    factor 405
/api/v1/events/forum/check-in/search/    POST 403    factor 404    404    404    404    400    400    400    404    400
/api/v1/events/forum/check-in/undo/      GET  403    factor 405
/api/v1/events/forum/check-in/undo/      POST 403    factor 404    404    404    404    400    400    400    404    400
/api/v1/events/forum/check-in/walk-in/   GET  403    factor 405
/api/v1/events/forum/check-in/walk-in/   POST 403    factor 404    404    404    404    400    400    400    404    400
/api/v1/my/registrations/<registration>/accept/ GET  403    factor 405
/api/v1/my/registrations/<registration>/accept/ POST 403    factor 200    404
/api/v1/my/registrations/<registration>/coming/ GET  403    factor 405
/api/v1/my/registrations/<registration>/coming/ POST 403    factor 200    404
/api/v1/my/groups/                       GET  403    factor 200
/api/v1/my/groups/                       POST 403    factor 400
/api/v1/my/groups/<groupregistration>/   GET  403    factor 404    404    404    404    200    200    200    404
/api/v1/my/groups/<groupregistration>/   POST 403    factor 405
/api/v1/my/groups/<groupregistration>/accept/ GET  403    factor 405
/api/v1/my/groups/<groupregistration>/accept/ POST 403    factor 404    404    404    404    200    200    200    404
/api/v1/my/groups/<groupregistration>/coming/ GET  403    factor 405
/api/v1/my/groups/<groupregistration>/coming/ POST 403    factor 404    404    404    404    200    200    200    404
/api/v1/my/groups/<groupregistration>/cancel/ GET  403    factor 405
/api/v1/my/groups/<groupregistration>/cancel/ POST 403    factor 404    404    404    404    200    200    200    404
/api/v1/my/groups/<groupregistration>/guests/<ticket>/replace/ GET 403 factor 405
/api/v1/my/groups/<groupregistration>/guests/<ticket>/replace/ POST 403 factor 404 404 404 404 400 400 400 404
/api/v1/my/groups/<groupregistration>/guests/<ticket>/remove/ GET 403 factor 405
/api/v1/my/groups/<groupregistration>/guests/<ticket>/remove/ POST 403 factor 404 404 404 404 200 200 200 404

# Obligations: read by whoever acts for a party, reported and decided on by heads and coordinators; the annex is for
# these, and for the staff with a right of its own
/dashboard/a/agreements/obligations/     GET   login  factor 404    404    404    200    200    200    200    404
/dashboard/a/agreements/obligations/     POST  login  factor 405
/dashboard/hidden/agreements/obligations/ GET  login  factor 404    404    404    200    200    200    200    404
/dashboard/hidden/agreements/obligations/ POST login  factor 405
/dashboard/a/agreements/<pact>/package/ GET  login  factor 404
/dashboard/a/agreements/<pact>/package/ POST login  factor 405
/dashboard/a/agreements/<pact>/obligations/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<pact>/obligations/ POST login factor 405
/dashboard/a/agreements/<pact>/obligations/<obligation>/report/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<pact>/obligations/<obligation>/report/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<pact>/obligations/reports/<progress>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<pact>/obligations/reports/<progress>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<pact>/obligations/reports/<progress>/file/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<pact>/obligations/reports/<progress>/file/ POST login factor 405
/dashboard/a/agreements/<pact>/annex/ GET login factor 404 404 404 403 403 200 200 404 200
/dashboard/a/agreements/<pact>/annex/ POST login factor 405
/dashboard/a/agreements/<pact>/annex/new/ GET login factor 404 404 404 403 403 200 200 404 403
/dashboard/a/agreements/<pact>/annex/new/ POST login factor 404 404 404 403 403 200 200 404 403
/dashboard/a/agreements/<pact>/annex/<annexperson>/ GET login factor 404 404 404 403 403 200 200 404 403
/dashboard/a/agreements/<pact>/annex/<annexperson>/ POST login factor 404 404 404 403 403 200 200 404 403
/dashboard/a/agreements/<pact>/annex/<annexperson>/erase/ GET login factor 404 404 404 403 403 200 200 404 200
/dashboard/a/agreements/<pact>/annex/<annexperson>/erase/ POST login factor 404 404 404 403 403 302 302 404 302

# A person's own account
/account/                                GET   login  200
/account/                                POST  login  405
/account/person/                         GET   login  200
/account/person/                         POST  login  200
/account/notifications/                  GET   login  200
/account/notifications/                  POST  login  405
/account/notifications/read/             GET   login  405
/account/notifications/read/             POST  login  302
/account/notifications/settings/         GET   login  200
/account/notifications/settings/         POST  login  200
/account/notifications/<notification>/open/ GET   login  405
/account/notifications/<notification>/open/ POST  login  404    404    404    404    404    404    404    302    404
/account/sessions/1/end/                 GET   login  405
/account/sessions/1/end/                 POST  login  404
/account/data/                           GET   login  200
/account/data/                           POST  login  405
/account/data/export/                    GET   login  405
/account/data/export/                    POST  login  302
/account/data/erase/                     GET   login  302
/account/data/erase/                     POST  login  302
/account/data/6f1c1a52-0000-4000-8000-000000000000/ GET   login  404
/account/data/6f1c1a52-0000-4000-8000-000000000000/ POST  login  405
/account/consents/                       GET   login  200
/account/consents/                       POST  login  405
/account/consents/news/give/             GET   login  405
/account/consents/news/give/             POST  login  200
/account/consents/news/withdraw/         GET   login  405
/account/consents/news/withdraw/         POST  login  302
/account/consents/publication/1/         GET   login  405
/account/consents/publication/1/         POST  login  404

# Accounts, by allauth
/account/login/                          GET   200    302
/account/login/                          POST  200    302
/account/logout/                         GET   302    200
/account/logout/                         POST  302
/account/inactive/                       GET   200
/account/inactive/                       POST  405
/account/signup/                         GET   200    302
/account/signup/                         POST  200    302
/account/reauthenticate/                 GET   login  200    200    200    200    200    200    200    200    302
/account/reauthenticate/                 POST  login  200    200    200    200    200    200    200    200    302
/account/email/                          GET   login  200
/account/email/                          POST  login  302
/account/confirm-email/                  GET   login  302
/account/confirm-email/                  POST  login  302
/account/password/change/                GET   login  200
/account/password/change/                POST  login  200
/account/password/set/                   GET   login  302
/account/password/set/                   POST  login  302
/account/password/reset/                 GET   200
/account/password/reset/                 POST  200
/account/login/code/confirm/             GET   302
/account/login/code/confirm/             POST  302
/account/password/reset/key/done/        GET   200
/account/password/reset/key/done/        POST  405
/account/password/reset/key/x-y/         GET   200
/account/password/reset/key/x-y/         POST  200
/account/password/reset/done/            GET   200
/account/password/reset/done/            POST  405
/account/login/code/                     GET   200    302
/account/login/code/                     POST  200    302
/account/2fa/                            GET   login  200
/account/2fa/                            POST  login  405
/account/2fa/authenticate/               GET   login  302
/account/2fa/authenticate/               POST  login  302
/account/2fa/reauthenticate/             GET   login  302    302    302    302    302    302    302    302    200
/account/2fa/reauthenticate/             POST  login  302    302    302    302    302    302    302    302    200
/account/2fa/totp/activate/              GET   login  302
/account/2fa/totp/activate/              POST  login  302
/account/2fa/totp/deactivate/            GET   login  404    404    404    404    404    404    404    404    302
/account/2fa/totp/deactivate/            POST  login  404    404    404    404    404    404    404    404    302
/account/2fa/recovery-codes/             GET   login  404
/account/2fa/recovery-codes/             POST  login  405
/account/2fa/recovery-codes/generate/    GET   login  302
/account/2fa/recovery-codes/generate/    POST  login  302
/account/2fa/recovery-codes/download/    GET   login  404
/account/2fa/recovery-codes/download/    POST  login  404
/account/2fa/webauthn/                   GET   login  200
/account/2fa/webauthn/                   POST  login  405
/account/2fa/webauthn/add/               GET   login  302
/account/2fa/webauthn/add/               POST  login  302
/account/2fa/webauthn/reauthenticate/    GET   login  302
/account/2fa/webauthn/reauthenticate/    POST  login  302
/account/2fa/webauthn/keys/1/remove/     GET   login  302
/account/2fa/webauthn/keys/1/remove/     POST  login  302
/account/2fa/webauthn/keys/1/edit/       GET   login  302
/account/2fa/webauthn/keys/1/edit/       POST  login  302
/account/2fa/webauthn/login/             GET   login  302
/account/2fa/webauthn/login/             POST  login  302
/account/3rdparty/login/cancelled/       GET   200
/account/3rdparty/login/cancelled/       POST  405
/account/3rdparty/login/error/           GET   401
/account/3rdparty/login/error/           POST  405
/account/3rdparty/signup/                GET   login
/account/3rdparty/signup/                POST  login
/account/3rdparty/                       GET   login  200
/account/3rdparty/                       POST  login  200
/account/social/login/cancelled/         GET   login  301
/account/social/login/cancelled/         POST  login  301
/account/social/login/error/             GET   login  301
/account/social/login/error/             POST  login  301
/account/social/signup/                  GET   login  301
/account/social/signup/                  POST  login  301
/account/social/connections/             GET   login  301
/account/social/connections/             POST  login  301
/account/yandex/login/                   GET   404
/account/yandex/login/                   POST  404
/account/yandex/login/callback/          GET   404
/account/yandex/login/callback/          POST  404
/account/vk/login/                       GET   404
/account/vk/login/                       POST  404
/account/vk/login/callback/              GET   404
/account/vk/login/callback/              POST  404
/account/sessions/                       GET   login  200
/account/sessions/                       POST  login  302

# One agreement of an organisation in its dashboard, and the negotiation of its words
/dashboard/a/agreements/<negotiated>/                    GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<negotiated>/                    POST login factor 405
/dashboard/a/agreements/<negotiated>/files/<annexfile>/  GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<negotiated>/files/<annexfile>/  POST login factor 405
/dashboard/a/agreements/<negotiated>/moves/cancel/       GET  login factor 404 404 404 403 403 403 200 404
/dashboard/a/agreements/<negotiated>/moves/cancel/       POST login factor 404 404 404 403 403 403 200 404
/dashboard/a/agreements/<negotiated>/versions/           GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<negotiated>/versions/           POST login factor 405
/dashboard/a/agreements/<negotiated>/versions/1/         GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<negotiated>/versions/1/         POST login factor 405
/dashboard/a/agreements/<negotiated>/versions/compare/            GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<negotiated>/versions/compare/            POST login factor 405
/dashboard/a/agreements/<negotiated>/versions/remarks/whole/      GET  login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<negotiated>/versions/remarks/whole/      POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<negotiated>/versions/remarks/whole/<remark>/settle/ GET login factor 405
/dashboard/a/agreements/<negotiated>/versions/remarks/whole/<remark>/settle/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/agreements/<negotiated>/versions/propose/            GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<negotiated>/versions/propose/            POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<negotiated>/versions/accept/             GET  login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<negotiated>/versions/accept/             POST login factor 404 404 404 403 403 409 409 404

# Who is registered for an event: for the head and the coordinators of its organiser; the office has its own lists
/dashboard/a/events/forum/registrations/ GET   login  factor 404    404    404    404    404    200    200    404
/dashboard/a/events/forum/registrations/ POST  login  factor 404    404    404    404    404    302    302    404
/dashboard/a/events/forum/registrations/<registration>/ GET login factor 404 404  404    404    404    200    200    404
/dashboard/a/events/forum/registrations/<registration>/ POST login factor 405
/dashboard/a/events/forum/registrations/export.csv GET login factor 404 404 404   404    404    200    200    404
/dashboard/a/events/forum/registrations/export.csv POST login factor 405
/dashboard/a/events/forum/registrations/export.xlsx GET login factor 404 404 404  404    404    200    200    404
/dashboard/a/events/forum/registrations/export.xlsx POST login factor 405
/dashboard/a/events/forum/letters/       GET   login  factor 404    404    404    404    404    200    200    404
/dashboard/a/events/forum/letters/       POST  login  factor 404    404    404    404    404    404    404    404
/dashboard/a/events/forum/letters/write/ GET   login  factor 404    404    404    404    404    200    200    404
/dashboard/a/events/forum/letters/write/ POST  login  factor 404    404    404    404    404    200    200    404
# An organisation's own events: others of it may look
/dashboard/a/events/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/events/                                     POST  login  factor 405
/dashboard/a/events/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/challenges/ POST login factor 405
/dashboard/a/challenges/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-a/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/challenges/challenge-a/ POST login factor 405
/dashboard/a/challenges/challenge-a/edit/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-a/edit/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-a/moves/withdraw/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-a/moves/withdraw/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/challenges/challenge-open/teams/<appliedteam>/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/challenges/challenge-open/teams/<appliedteam>/ POST login factor 405
/dashboard/a/challenges/challenge-open/teams/<appliedteam>/moves/decline/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-open/teams/<appliedteam>/moves/decline/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-over/teams/<finishedteam>/feedback/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/challenges/challenge-over/teams/<finishedteam>/feedback/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/teams/<ownfinished>/feedback/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/teams/<ownfinished>/feedback/ POST login factor 404 404 404 403 200 200 200 404
/dashboard/a/challenges/challenge-work/stages/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-work/stages/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-work/defence/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-work/defence/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-work/defence/judges/ GET login factor 405
/dashboard/a/challenges/challenge-work/defence/judges/ POST login factor 404 404 404 403 403 404 404 404
/dashboard/a/challenges/challenge-work/result/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/challenges/challenge-work/result/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/challenges/challenge-work/teams/<workteam>/stages/<workstage>/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/challenges/challenge-work/teams/<workteam>/stages/<workstage>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/teams/<team>/stages/<teamstage>/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/teams/<team>/stages/<teamstage>/ POST login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/teams/ POST login factor 405
/dashboard/a/teams/new/shared/ GET login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/new/shared/ POST login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/<team>/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/teams/<team>/ POST login factor 405
/dashboard/a/teams/<team>/edit/ GET login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/<team>/edit/ POST login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/<team>/organisations/ GET login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/<team>/organisations/ POST login factor 404 404 404 403 404 404 404 404
/dashboard/a/teams/<team>/join/ GET login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/<team>/join/ POST login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/<team>/leave/ GET login factor 405
/dashboard/a/teams/<team>/leave/ POST login factor 404 404 404 403 302 302 302 404
/dashboard/a/teams/<team>/moves/withdraw/ GET login factor 404 404 404 403 200 200 200 404
/dashboard/a/teams/<team>/moves/withdraw/ POST login factor 404 404 404 403 302 302 302 404
/dashboard/a/projects/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/projects/ POST login factor 405
/dashboard/a/projects/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/projects/project-a/ POST login factor 405
/dashboard/a/projects/project-a/leave/ GET login factor 405
/dashboard/a/projects/project-a/leave/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/projects/project-a/edit/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/edit/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/moves/withdraw/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/moves/withdraw/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/projects/project-a/participants/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/participants/ POST login factor 404 404 404 403 403 404 404 404
/dashboard/a/projects/project-a/updates/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/updates/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/roadmap/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/projects/project-a/roadmap/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/ POST login factor 405
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/edit/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/edit/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/dates/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/dates/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/moves/finish/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/roadmap/<roadmapitem>/moves/finish/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/pledges/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/pledges/ POST login factor 405
/dashboard/a/pledges/export.csv GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/pledges/export.csv POST login factor 405
/dashboard/a/pledges/<pledge>/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/pledges/<pledge>/ POST login factor 405
/dashboard/a/pledges/<pledge>/moves/deliver/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/pledges/<pledge>/moves/deliver/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/pledges/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/projects/project-a/pledges/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/results/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/projects/project-a/results/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/events/forum/                               POST  login  factor 405
/dashboard/a/events/forum/edit/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/edit/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/moves/postpone/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/moves/postpone/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/cover/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/cover/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/events/forum/repeat/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/repeat/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/headcount/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/headcount/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/parts/questions/new/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/parts/questions/new/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/parts/pools/<ticketpool>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/parts/pools/<ticketpool>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/organisers/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/organisers/ POST login factor 404 404 404 403 403 404 404 404
/dashboard/a/events/forum/talks/<talk>/speakers/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/talks/<talk>/speakers/ POST login factor 404 404 404 403 403 404 404 404
/dashboard/a/events/forum/signings/<plannedsigning>/parties/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/signings/<plannedsigning>/parties/ POST login factor 404 404 404 403 403 404 404 404
/dashboard/a/events/forum/places/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/events/forum/places/                        POST  login  factor 405
/dashboard/a/events/forum/programme/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/events/forum/programme/                     POST  login  factor 405
/dashboard/a/events/forum/parts/pools/<ticketpool>/remove/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/events/forum/parts/pools/<ticketpool>/remove/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/events/forum/parts/pools/<ticketpool>/move/ GET   login  factor 405
/dashboard/a/events/forum/parts/pools/<ticketpool>/move/ POST login factor 404 404 404 403 403 302 302 404

# Signing of an agreement: its own party alone, and of that the signatory; a copy is sent by who draws up as well
/dashboard/a/agreements/signing-rules/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/signing-rules/ POST login factor 404 404 404 403 403 403 200 404
/dashboard/a/agreements/<agreement>/signing/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<agreement>/signing/ POST login factor 405
/dashboard/a/agreements/<agreement>/signing/content/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<agreement>/signing/content/ POST login factor 405
/dashboard/a/agreements/<agreement>/signing/text/ GET login factor 404 404 404 200 200 200 200 404
/dashboard/a/agreements/<agreement>/signing/text/ POST login factor 405
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/ POST login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/code/ GET login factor 405
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/code/ POST login factor 404 404 404 403 403 302 302 404
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/decline/ GET login factor 404 404 404 403 403 403 200 404
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/decline/ POST login factor 404 404 404 403 403 403 200 404
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/file/ GET login factor 404 404 404 403 403 200 200 404
/dashboard/a/agreements/<agreement>/signing/<signingrequest>/file/ POST login factor 405
"""

# In the office all who do not work there are alike: ``others``. A verb in the place of an answer means 200 where
# EDITOR_MAY has it for the model, else 403. ``<model>`` is each registered one, ``<id>`` the key of one of its objects.
ADMIN_ROLES = ["anonymous", "unproven", "others", "editor", "superuser"]

EDITOR_MAY = """
organisation          view add change
publicperson          view add change delete
representativeoffice  view add change delete
direction             view add change
membership            view
profilechange         view change
partnership
region                view
representative
user
group
suppressedaddress
consenttext
fee
associationrequisites
joinconditions
question
boardsession
event                 view add change delete
project               view add change delete
challenge             view add change delete
team                  view change
roadmapitem           view add change
pledge                view add change
eventseries           view add change delete
ticketpool            view add change delete
session               view add change delete
agreement             view
agreementtemplate     view add change delete
obligation            view
obligationreport      view
timer                 view
chainhead             view
rulesaccession        view
signingrequest        view
technopark            view change
lab                   view change
equipment             view change
equipmentclass        view change
programme             view change
"""

ADMIN = """
/admin/<model>/                                       GET   login  factor 403 view   200
/admin/<model>/                                       POST  login  factor 403 view   200
/admin/<model>/add/                                   GET   login  factor 403 add    200
/admin/<model>/add/                                   POST  login  factor 403 add    200
/admin/<model>/<id>/                                  GET   login  factor 403 302
/admin/<model>/<id>/                                  POST  login  factor 403 302
/admin/<model>/<id>/change/                           GET   login  factor 403 view   200
/admin/<model>/<id>/change/                           POST  login  factor 403 change 200
/admin/<model>/<id>/history/                          GET   login  factor 403 view   200
/admin/<model>/<id>/history/                          POST  login  factor 403 view   200
/admin/<model>/<id>/delete/                           GET   login  factor 403 delete 200
/admin/<model>/<id>/delete/                           POST  login  factor 403 delete 200

/admin/<record>/                                      GET   login  factor 403 view   200
/admin/<record>/                                      POST  login  factor 403 view   200
/admin/<record>/add/                                  GET   login  factor 403 403    403
/admin/<record>/add/                                  POST  login  factor 403 403    403
/admin/<record>/<id>/                                 GET   login  factor 403 302
/admin/<record>/<id>/                                 POST  login  factor 403 302
/admin/<record>/<id>/change/                          GET   login  factor 403 view   200
/admin/<record>/<id>/change/                          POST  login  factor 403 403    403
/admin/<record>/<id>/history/                         GET   login  factor 403 view   200
/admin/<record>/<id>/history/                         POST  login  factor 403 view   200
/admin/<record>/<id>/delete/                          GET   login  factor 403 403    403
/admin/<record>/<id>/delete/                          POST  login  factor 403 403    403
/admin/common/outgoingmail/<outgoingmail>/letter/     GET   login  factor 403 403    200
/admin/common/outgoingmail/<outgoingmail>/letter/     POST  login  factor 403 403    200
/admin/common/outgoingmail/<outgoingmail>/send_this_again/ GET   login  factor 403 403    200
/admin/common/outgoingmail/<outgoingmail>/send_this_again/ POST  login  factor 403 403    302

/admin/search/                                        GET   login  factor 403 200
/admin/search/                                        POST  login  factor 403 200
/admin/                                               GET   302    factor 403 200
/admin/                                               POST  302    factor 403 200
/admin/login/                                         GET   login  factor 403 302
/admin/login/                                         POST  login  factor 403 302
/admin/logout/                                        GET   302    factor 403 405
/admin/logout/                                        POST  302    factor 403 302
/admin/password_change/                               GET   302    factor 403 302
/admin/password_change/                               POST  302    factor 403 302
/admin/password_change/done/                          GET   302    factor 403 200
/admin/password_change/done/                          POST  302    factor 403 405
/admin/autocomplete/                                  GET   302    factor 403 403
/admin/autocomplete/                                  POST  302    factor 403 405
/admin/jsi18n/                                        GET   302    factor 403 200
/admin/jsi18n/                                        POST  302    factor 403 405
/admin/r/1/1/                                         GET   302    factor 403 404
/admin/r/1/1/                                         POST  302    factor 403 404
/admin/members/membership/<membership>/history/<historicalmembership>/ GET   login  factor 403 200
/admin/members/membership/<membership>/history/<historicalmembership>/ POST  login  factor 403 403
/admin/members/membership/<membership>/suspend_this/  GET   login  factor 403 403    200
/admin/members/membership/<membership>/suspend_this/  POST  login  factor 403 403    200
/admin/members/membership/<membership>/resume_this/   GET   login  factor 403 403    200
/admin/members/membership/<membership>/resume_this/   POST  login  factor 403 403    200
/admin/members/membership/<membership>/leave_this/    GET   login  factor 403 403    200
/admin/members/membership/<membership>/leave_this/    POST  login  factor 403 403    200
/admin/members/membership/<membership>/exclude_this/  GET   login  factor 403 403    200
/admin/members/membership/<membership>/exclude_this/  POST  login  factor 403 403    200
/admin/members/membership/<membership>/bill_this/     GET   login  factor 403 403    200
/admin/members/membership/<membership>/bill_this/     POST  login  factor 403 403    200
/admin/members/membership/<membership>/issue_certificate_this/ GET   login  factor 403 403    200
/admin/members/membership/<membership>/issue_certificate_this/ POST  login  factor 403 403    302
/admin/members/membership/<membership>/make_certificate_again_this/ GET   login  factor 403 403    200
/admin/members/membership/<membership>/make_certificate_again_this/ POST  login  factor 403 403    302
/admin/members/membership/import/template/            GET   login  factor 403 403    200
/admin/members/membership/import/template/            POST  login  factor 403 403    200
/admin/members/membership/import/<membershipimport>/  GET   login  factor 403 403    200
/admin/members/membership/import/<membershipimport>/  POST  login  factor 403 403    302
/admin/members/membership/import/                     GET   login  factor 403 403    200
/admin/members/membership/import/                     POST  login  factor 403 403    200
/admin/members/organisation/import/template/          GET   login  factor 403 200
/admin/members/organisation/import/template/          POST  login  factor 403 200
/admin/members/organisation/process_import/           GET   login  factor 403 405
/admin/members/organisation/process_import/           POST  login  factor 403 400
/admin/members/organisation/import/                   GET   login  factor 403 200
/admin/members/organisation/import/                   POST  login  factor 403 200
/admin/members/organisation/export/                   GET   login  factor 403 200
/admin/members/organisation/export/                   POST  login  factor 403 200
/admin/members/organisation/<organisation>/history/<historicalorganisation>/ GET   login  factor 403 200
/admin/members/organisation/<organisation>/history/<historicalorganisation>/ POST  login  factor 403 403
/admin/members/publicperson/<publicperson>/history/<historicalpublicperson>/ GET   login  factor 403 200
/admin/members/publicperson/<publicperson>/history/<historicalpublicperson>/ POST  login  factor 403 403
/admin/members/partnership/board/                     GET   login  factor 403 403    200
/admin/members/partnership/board/                     POST  login  factor 403 403    409
/admin/members/partnership/open_board/                GET   login  factor 403 403    302
/admin/members/partnership/open_board/                POST  login  factor 403 403    302
/admin/members/profilechange/add/                     GET   login  factor 403 403
/admin/members/profilechange/add/                     POST  login  factor 403 403
/admin/members/profilechange/<profilechange>/delete/  GET   login  factor 403 403
/admin/members/profilechange/<profilechange>/delete/  POST  login  factor 403 403
/admin/members/user/<user>/delete/                    GET   login  factor 403 403
/admin/members/user/<user>/delete/                    POST  login  factor 403 403
/admin/members/user/<user>/erase_this/                GET   login  factor 403 403    200
/admin/members/user/<user>/erase_this/                POST  login  factor 403 403    200
/admin/members/erasureact/<erasureact>/file/          GET   login  factor 403 403    404
/admin/members/erasureact/<erasureact>/file/          POST  login  factor 403 403    404
/admin/members/publicperson/<publicperson>/record_consent_this/ GET   login  factor 403 200
/admin/members/publicperson/<publicperson>/record_consent_this/ POST  login  factor 403 302
/admin/members/consenttext/<consenttext>/delete/      GET   login  factor 403 403
/admin/members/consenttext/<consenttext>/delete/      POST  login  factor 403 403
/admin/members/user/<user>/history/<historicaluser>/  GET   login  factor 403 403    200
/admin/members/user/<user>/history/<historicaluser>/  POST  login  factor 403 403
/admin/members/user/<user>/password/                  GET   login  factor 403 403    200
/admin/members/user/<user>/password/                  POST  login  factor 403 403    200
/admin/members/representative/<representative>/history/<historicalrepresentative>/ GET   login  factor 403 403    200
/admin/members/representative/<representative>/history/<historicalrepresentative>/ POST  login  factor 403 403
/admin/members/joinrequest/<joinrequest>/approve_this/ GET  login  factor 403 403    200
/admin/members/joinrequest/<joinrequest>/approve_this/ POST login  factor 403 403    200
/admin/members/joinrequest/<joinrequest>/decline_this/ GET  login  factor 403 403    200
/admin/members/joinrequest/<joinrequest>/decline_this/ POST login  factor 403 403    200
/admin/members/invoice/<invoice>/pay_this/            GET   login  factor 403 403    200
/admin/members/invoice/<invoice>/pay_this/            POST  login  factor 403 403    200
/admin/members/invoice/<invoice>/make_again_this/     GET   login  factor 403 403    200
/admin/members/invoice/<invoice>/make_again_this/     POST  login  factor 403 403    200
/admin/members/invoice/<invoice>/cancel_this/         GET   login  factor 403 403    200
/admin/members/invoice/<invoice>/cancel_this/         POST  login  factor 403 403    200
/admin/members/fee/<fee>/history/<historicalfee>/     GET   login  factor 403 403    200
/admin/members/fee/<fee>/history/<historicalfee>/     POST  login  factor 403 403
/admin/projects/team/add/                             GET   login  factor 403 403
/admin/projects/team/add/                             POST  login  factor 403 403
/admin/members/associationrequisites/add/             GET   login  factor 403 403    302
/admin/members/associationrequisites/add/             POST  login  factor 403 403    302
/admin/members/associationrequisites/1/history/<historicalassociationrequisites>/ GET  login  factor 403 403    200
/admin/members/associationrequisites/1/history/<historicalassociationrequisites>/ POST login  factor 403 403
/admin/members/membershipapplication/<membershipapplication>/move/ GET   login  factor 403 403    403
/admin/members/membershipapplication/<membershipapplication>/move/ POST  login  factor 403 403    302
/admin/members/membershipapplication/<membershipapplication>/files/<submittedfile>/ GET   login  factor 403 403    200
/admin/members/membershipapplication/<membershipapplication>/files/<submittedfile>/ POST  login  factor 403 403    200
/admin/members/boardsession/<boardsession>/close_this/ GET   login  factor 403 403    200
/admin/members/boardsession/<boardsession>/close_this/ POST  login  factor 403 403    200
/admin/members/boardsession/<boardsession>/protocol_this/ GET login  factor 403 403    404
/admin/members/boardsession/<boardsession>/protocol_this/ POST login factor 403 403    404
/admin/members/boardsession/<boardsession>/make_again_this/ GET login factor 403 403   200
/admin/members/boardsession/<boardsession>/make_again_this/ POST login factor 403 403  302
/admin/members/officereport/<officereport>/accept_this/ GET  login  factor 403 403    200
/admin/members/officereport/<officereport>/accept_this/ POST login  factor 403 403    302
/admin/members/officereport/<officereport>/decline_this/ GET  login factor 403 403    200
/admin/members/officereport/<officereport>/decline_this/ POST login factor 403 403    200
/admin/members/joinconditions/<joinconditions>/delete/ GET   login  factor 403 403
/admin/members/joinconditions/<joinconditions>/delete/ POST  login  factor 403 403
/admin/members/joinconditions/<joinconditions>/history/<historicaljoinconditions>/ GET   login  factor 403 403    200
/admin/members/joinconditions/<joinconditions>/history/<historicaljoinconditions>/ POST  login  factor 403 403
/admin/members/question/<question>/history/<historicalquestion>/ GET   login  factor 403 403    200
/admin/members/question/<question>/history/<historicalquestion>/ POST  login  factor 403 403
/admin/members/membership/reports/                    GET   login  factor 403 200
/admin/members/membership/reports/                    POST  login  factor 403 405
/admin/members/membership/reports.xlsx                GET   login  factor 403 200
/admin/members/membership/reports.xlsx                POST  login  factor 403 405
/admin/members/membership/open_reports/               GET   login  factor 403 302
/admin/members/membership/open_reports/               POST  login  factor 403 302
/admin/members/                                       GET   302    factor 403 200
/admin/members/                                       POST  302    factor 403 200
/admin/no-such-page/                                  GET   302    factor 403 404
/admin/no-such-page/                                  POST  302    factor 403 404
# Events: their state moves by pages that ask first; whose registration it is decides the office with that right
/admin/events/event/<event>/history/<historicalevent>/ GET   login  factor 403 200
/admin/events/event/<event>/history/<historicalevent>/ POST  login  factor 403 403
/admin/events/eventseries/<eventseries>/history/<historicaleventseries>/ GET   login  factor 403 200
/admin/events/eventseries/<eventseries>/history/<historicaleventseries>/ POST  login  factor 403 403
/admin/projects/challenge/<challenge>/open_this/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/open_this/ POST  login  factor 403 302
/admin/projects/challenge/<challenge>/return_this/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/return_this/ POST  login  factor 403 200
/admin/projects/challenge/<challenge>/ask_expert_this/ GET  login factor 403 200
/admin/projects/challenge/<challenge>/ask_expert_this/ POST login factor 403 200
/admin/projects/challenge/<challenge>/name_judge_this/ GET  login factor 403 200
/admin/projects/challenge/<challenge>/name_judge_this/ POST login factor 403 200
/admin/projects/challenge/<challenge>/excuse_judge_this/ GET  login factor 403 200
/admin/projects/challenge/<challenge>/excuse_judge_this/ POST login factor 403 200
/admin/projects/challenge/<challenge>/begin_this/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/begin_this/ POST  login  factor 403 409
/admin/projects/challenge/<challenge>/defend_this/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/defend_this/ POST  login  factor 403 409
/admin/projects/challenge/<challenge>/complete_this/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/complete_this/ POST  login  factor 403 409
/admin/projects/challenge/<challenge>/cancel_this/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/cancel_this/ POST  login  factor 403 200
/admin/projects/challenge/<challenge>/reopen_this/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/reopen_this/ POST  login  factor 403 200
/admin/projects/challenge/<challenge>/history/<historicalchallenge>/ GET   login  factor 403 200
/admin/projects/challenge/<challenge>/history/<historicalchallenge>/ POST  login  factor 403 403
/admin/projects/roadmapitem/<roadmapitem>/begin_this/ GET login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/begin_this/ POST login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/finish_this/ GET login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/finish_this/ POST login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/drop_this/ GET login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/drop_this/ POST login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/reopen_this/ GET login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/reopen_this/ POST login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/reschedule_this/ GET login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/reschedule_this/ POST login factor 403 200
/admin/projects/pledge/<pledge>/deliver_this/ GET login factor 403 200
/admin/projects/pledge/<pledge>/deliver_this/ POST login factor 403 200
/admin/projects/pledge/<pledge>/refuse_this/ GET login factor 403 200
/admin/projects/pledge/<pledge>/refuse_this/ POST login factor 403 200
/admin/projects/pledge/<pledge>/withdraw_this/ GET login factor 403 200
/admin/projects/pledge/<pledge>/withdraw_this/ POST login factor 403 200
/admin/projects/pledge/<pledge>/reopen_this/ GET login factor 403 200
/admin/projects/pledge/<pledge>/reopen_this/ POST login factor 403 200
/admin/projects/pledge/<pledge>/confirm_this/ GET login factor 403 200
/admin/projects/pledge/<pledge>/confirm_this/ POST login factor 403 409
/admin/projects/pledge/<pledge>/history/<historicalpledge>/ GET login factor 403 200
/admin/projects/pledge/<pledge>/history/<historicalpledge>/ POST login factor 403 403
/admin/projects/roadmapitem/<roadmapitem>/history/<historicalroadmapitem>/ GET login factor 403 200
/admin/projects/roadmapitem/<roadmapitem>/history/<historicalroadmapitem>/ POST login factor 403 403
/admin/projects/team/<team>/accept_this/ GET   login  factor 403 200
/admin/projects/team/<team>/accept_this/ POST  login  factor 403 409
/admin/projects/team/<team>/decline_this/ GET   login  factor 403 200
/admin/projects/team/<team>/decline_this/ POST  login  factor 403 200
/admin/projects/team/<team>/withdraw_this/ GET   login  factor 403 200
/admin/projects/team/<team>/withdraw_this/ POST  login  factor 403 302
/admin/projects/team/<team>/history/<historicalteam>/ GET   login  factor 403 200
/admin/projects/team/<team>/history/<historicalteam>/ POST  login  factor 403 403
/admin/projects/project/<project>/publish_this/ GET   login  factor 403 200
/admin/projects/project/<project>/publish_this/ POST  login  factor 403 302
/admin/projects/project/<project>/return_this/ GET   login  factor 403 200
/admin/projects/project/<project>/return_this/ POST  login  factor 403 200
/admin/projects/project/<project>/pause_this/ GET   login  factor 403 200
/admin/projects/project/<project>/pause_this/ POST  login  factor 403 200
/admin/projects/project/<project>/resume_this/ GET   login  factor 403 200
/admin/projects/project/<project>/resume_this/ POST  login  factor 403 409
/admin/projects/project/<project>/complete_this/ GET   login  factor 403 200
/admin/projects/project/<project>/complete_this/ POST  login  factor 403 409
/admin/projects/project/<project>/stop_this/ GET   login  factor 403 200
/admin/projects/project/<project>/stop_this/ POST  login  factor 403 200
/admin/projects/project/<project>/reopen_this/ GET   login  factor 403 200
/admin/projects/project/<project>/reopen_this/ POST  login  factor 403 200
/admin/projects/project/<project>/history/<historicalproject>/ GET   login  factor 403 200
/admin/projects/project/<project>/history/<historicalproject>/ POST  login  factor 403 403
/admin/events/event/<event>/publish_this/ GET   login  factor 403 200
/admin/events/event/<event>/publish_this/ POST  login  factor 403 302
/admin/events/event/<event>/return_this/ GET   login  factor 403 200
/admin/events/event/<event>/return_this/ POST  login  factor 403 200
/admin/events/event/<event>/postpone_this/ GET   login  factor 403 200
/admin/events/event/<event>/postpone_this/ POST  login  factor 403 200
/admin/events/event/<event>/resume_this/ GET   login  factor 403 200
/admin/events/event/<event>/resume_this/ POST  login  factor 403 302
/admin/events/event/<event>/cancel_this/ GET   login  factor 403 200
/admin/events/event/<event>/cancel_this/ POST  login  factor 403 200
/admin/events/event/<event>/hold_this/ GET   login  factor 403 200
/admin/events/event/<event>/hold_this/ POST  login  factor 403 302
/admin/events/event/<event>/archive_this/ GET   login  factor 403 200
/admin/events/event/<event>/archive_this/ POST  login  factor 403 409
/admin/events/event/<event>/write_this/ GET   login  factor 403 200
/admin/events/event/<event>/write_this/ POST  login  factor 403 200
/admin/events/event/<event>/stop_this/ GET   login  factor 403 200
/admin/events/event/<event>/stop_this/ POST  login  factor 403 302
/admin/events/event/<event>/report_this/ GET   login  factor 403 302
/admin/events/event/<event>/report_this/ POST  login  factor 403 302
/admin/events/registration/<registration>/approve_this/ GET   login  factor 403 403    200
/admin/events/registration/<registration>/approve_this/ POST  login  factor 403 403    302
/admin/events/registration/<registration>/decline_this/ GET   login  factor 403 403    200
/admin/events/registration/<registration>/decline_this/ POST  login  factor 403 403    200
/admin/events/registration/<registration>/cancel_this/ GET   login  factor 403 403    200
/admin/events/registration/<registration>/cancel_this/ POST  login  factor 403 403    200
/admin/events/participantcertificate/<participantcertificate>/revoke_this/ GET  login factor 403 403 200
/admin/events/participantcertificate/<participantcertificate>/revoke_this/ POST login factor 403 403 200
/admin/events/participantcertificate/<participantcertificate>/issue_anew_this/ GET  login factor 403 403 200
/admin/events/participantcertificate/<participantcertificate>/issue_anew_this/ POST login factor 403 403 200
/admin/events/participantcertificate/<participantcertificate>/file/ GET  login  factor 403 403    404
/admin/events/participantcertificate/<participantcertificate>/file/ POST login  factor 403 403    404
# Copies of signed agreements: for the registrars
/admin/agreements/signingrequest/<signingrequest>/see_this/ GET  login factor 403 200
/admin/agreements/signingrequest/<signingrequest>/see_this/ POST login factor 403 302
/admin/agreements/signingrequest/<signingrequest>/confirm_this/ GET  login factor 403 200
/admin/agreements/signingrequest/<signingrequest>/confirm_this/ POST login factor 403 409
/admin/agreements/signingrequest/<signingrequest>/reject_this/ GET  login factor 403 200
/admin/agreements/signingrequest/<signingrequest>/reject_this/ POST login factor 403 200
/admin/agreements/signingrequest/<signingrequest>/file/ GET  login  factor 403 200
/admin/agreements/signingrequest/<signingrequest>/file/ POST login  factor 403 405
# Agreements: they move by pages that ask first; what is entered from paper is the registrar's
/admin/agreements/agreement/<agreement>/approve_this/ GET   login  factor 403 200
/admin/agreements/agreement/<agreement>/approve_this/ POST  login  factor 403 409
/admin/agreements/agreement/<agreement>/return_this/ GET   login  factor 403 200
/admin/agreements/agreement/<agreement>/return_this/ POST  login  factor 403 200
/admin/agreements/agreement/<agreement>/cancel_this/ GET   login  factor 403 200
/admin/agreements/agreement/<agreement>/cancel_this/ POST  login  factor 403 200
/admin/agreements/agreement/enter/ GET   login  factor 403 200
/admin/agreements/agreement/enter/ POST  login  factor 403 200
/admin/agreements/agreement/import/ GET   login  factor 403 200
/admin/agreements/agreement/import/ POST  login  factor 403 200
/admin/agreements/agreement/import/template/ GET   login  factor 403 200
/admin/agreements/agreement/import/template/ POST  login  factor 403 200
/admin/agreements/agreement/open_statistics/ GET   login  factor 403 302
/admin/agreements/agreement/open_statistics/ POST  login  factor 403 302
/admin/agreements/agreement/statistics/ GET   login  factor 403 200
/admin/agreements/agreement/statistics/ POST  login  factor 403 405
/admin/agreements/agreement/statistics.xlsx GET   login  factor 403 200
/admin/agreements/agreement/statistics.xlsx POST  login  factor 403 405
# Technoparks: bookings are decided for the host by those who may change them
/admin/technoparks/technopark/open_usage/             GET   login  factor 403 403    302
/admin/technoparks/technopark/open_usage/             POST  login  factor 403 403    302
/admin/technoparks/technopark/usage/                  GET   login  factor 403 403    200
/admin/technoparks/technopark/usage/                  POST  login  factor 403 405
/admin/technoparks/technopark/usage.xlsx              GET   login  factor 403 403    200
/admin/technoparks/technopark/usage.xlsx              POST  login  factor 403 405
/admin/technoparks/technopark/<technopark>/history/<historicaltechnopark>/ GET  login  factor 403 200
/admin/technoparks/technopark/<technopark>/history/<historicaltechnopark>/ POST login  factor 403 403
/admin/technoparks/lab/<lab>/history/<historicallab>/ GET   login  factor 403 200
/admin/technoparks/lab/<lab>/history/<historicallab>/ POST  login  factor 403 403
/admin/technoparks/induction/<induction>/revoke_this/ GET   login  factor 403 403    200
/admin/technoparks/induction/<induction>/revoke_this/ POST  login  factor 403 403    200
/admin/technoparks/equipment/<equipment>/declare_outage_this/ GET   login  factor 403 403    200
/admin/technoparks/equipment/<equipment>/declare_outage_this/ POST  login  factor 403 403    200
/admin/technoparks/outage/<outage>/end_this/ GET   login  factor 403 403    200
/admin/technoparks/outage/<outage>/end_this/ POST  login  factor 403 403    200
/admin/technoparks/programme/<programme>/history/<historicalprogramme>/ GET login  factor 403 200
/admin/technoparks/programme/<programme>/history/<historicalprogramme>/ POST login factor 403 403
/admin/technoparks/programmecertificate/<programmecertificate>/revoke_this/ GET login factor 403 403 200
/admin/technoparks/programmecertificate/<programmecertificate>/revoke_this/ POST login factor 403 403 200
/admin/technoparks/programmecertificate/<programmecertificate>/file/ GET login factor 403 403 404
/admin/technoparks/programmecertificate/<programmecertificate>/file/ POST login factor 403 403 404
/admin/technoparks/booking/<booking>/approve_this/ GET   login  factor 403 403    200
/admin/technoparks/booking/<booking>/approve_this/ POST  login  factor 403 403    200
/admin/technoparks/booking/<booking>/decline_this/ GET   login  factor 403 403    200
/admin/technoparks/booking/<booking>/decline_this/ POST  login  factor 403 403    200
/admin/technoparks/booking/<booking>/cancel_this/ GET   login  factor 403 403    200
/admin/technoparks/booking/<booking>/cancel_this/ POST  login  factor 403 403    200
"""

# The settings change nothing but the look of the reader's own pages; to unsubscribe, the address is the proof.
WITHOUT_CSRF_TOKEN = {
    "/settings/language/",
    "/settings/view/",
    "/unsubscribe/<token>/",
    "/join/applications/<application>/organisation/",
}
