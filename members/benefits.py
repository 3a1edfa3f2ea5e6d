"""Why each kind of organisation joins the association: what it gets, what it gives, what it is asked at first."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Kind

Texts = tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Benefits:
    summary: Promise
    gets: Texts
    gives: Texts
    asked: Texts


BENEFITS = {
    Kind.SCHOOL: Benefits(
        _("Pupils do real engineering, and teachers are not alone with it."),
        gets=(
            _("Places for teams of pupils in project camps, forums and open days of the association"),
            _("Problems from companies with a mentor, not made-up exercises"),
            _("Hours in the laboratories of members’ technoparks"),
            _("Partners for network programmes: a college, a university or a company by agreement"),
        ),
        gives=(
            _("A teacher who keeps the link and leads the teams"),
            _("Teams of pupils and the results of their projects, open to other members"),
        ),
        asked=(
            _("Profile classes and their subjects, own workshops if there are any"),
            _("Who coordinates: a teacher or a deputy head"),
        ),
    ),
    Kind.COLLEGE: Benefits(
        _("Practice with employers who wait for your graduates."),
        gets=(
            _("Companies for practical training and target programmes"),
            _("A base for an education-and-production cluster: roadmap, partners, agreements"),
            _("Pupils of schools who come to you after a common project"),
            _("Equipment of other members for courses you cannot equip yourself"),
        ),
        gives=(
            _("Workshops and masters for common projects and professional trials"),
            _("Hosting of sessions and competitions of your field"),
        ),
        asked=(
            _("Specialities, workshops and the companies you already work with"),
            _("Who answers for practical training"),
        ),
    ),
    Kind.UNIVERSITY: Benefits(
        _("Applicants who have already done research with you."),
        gets=(
            _("School teams for your projects and schools of young researchers"),
            _("Companies as customers of student work and applied research"),
            _("A stage for your programmes at forums and sessions of the association"),
        ),
        gives=(
            _("Scientific advisers for projects and experts for juries"),
            _("Laboratories on days open to pupils"),
            _("Courses for teachers of member schools"),
        ),
        asked=(
            _("Faculties and directions that work with schools"),
            _("Who signs and who coordinates"),
        ),
    ),
    Kind.COMPANY: Benefits(
        _("Future engineers know you by work, not by advertising."),
        gets=(
            _("Teams of pupils and students for your problems (“challenges”)"),
            _("Interns, and a letter of intent with those you want to hire later"),
            _("Your name beside the results, on a public page with confirmed facts"),
        ),
        gives=(
            _("A problem, and a mentor for a few hours a month"),
            _("If you can: equipment, materials, places for interns or money, each recorded as a pledge"),
        ),
        asked=(
            _("What you offer: problems, mentors, places, equipment"),
            _("From what age you admit people to the site"),
            _("Who signs and who answers messages"),
        ),
    ),
    Kind.RESEARCH_INSTITUTE: Benefits(
        _("Young hands for real topics, and a way out of the laboratory for results."),
        gets=(
            _("Prepared teams for parts of your research"),
            _("Companies that look for your knowledge"),
            _("An audience for popular lectures across the regions"),
        ),
        gives=(
            _("Topics that pupils can manage, with an adviser"),
            _("Access to instruments on agreed days"),
        ),
        asked=(
            _("Topics and instruments you are ready to open"),
            _("Who advises the teams"),
        ),
    ),
    Kind.NONPROFIT: Benefits(
        _("Your programme reaches schools in many regions at once."),
        gets=(
            _("Schools and colleges ready to take part in your programmes"),
            _("Figures on results that are computed, not collected by letters"),
        ),
        gives=(
            _("Grants, methods, experts or venues: what your charter is for"),
            _("Open terms for everyone who takes part"),
        ),
        asked=(
            _("Aims by the charter and programmes that run now"),
            _("Regions where you work"),
        ),
    ),
    Kind.AUTHORITY: Benefits(
        _("You see what works in your territory, from records and not from reports."),
        gets=(
            _("A map of organisations, agreements and results of the region"),
            _("Partners for regional programmes and clusters"),
        ),
        gives=(
            _("Support of roadmaps and help in dealing with institutions"),
            _("Notice of competitions and programmes to members of the region"),
        ),
        asked=(
            _("The territory and the programme on whose ground you take part"),
            _("Who coordinates"),
        ),
    ),
    Kind.TECHNOPARK_OPERATOR: Benefits(
        _("Laboratories are full, and their timetable is visible to everybody."),
        gets=(
            _("Schools and colleges of the region as regular users of your laboratories"),
            _("Companies as customers of projects in your directions"),
            _("Teaching materials shared with other sites"),
        ),
        gives=(
            _("Hours in laboratories for groups of members"),
            _("Induction in safety and a mentor at the equipment"),
        ),
        asked=(
            _("Sites, laboratories, places and directions"),
            _("Rules of admission and opening hours"),
        ),
    ),
    Kind.CONSORTIUM: Benefits(
        _("The parts stay themselves, and the whole is seen as a whole."),
        gets=(
            _("One page for the whole with its parts, offices and history"),
            _("Partners for calls that gather teams from several organisations"),
        ),
        gives=(
            _("Your experience of working together, and contacts in other countries"),
            _("Places for teams of the association in your programmes"),
        ),
        asked=(
            _("The list of parts and who speaks for the whole"),
            _("Offices abroad: where, since when, in what state"),
        ),
    ),
}
