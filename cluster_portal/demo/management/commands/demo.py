"""``manage.py demo``: the stories; ``manage.py demo --scale N``, ``--agreements N`` and ``--bookings N``: numbers for
benchmarks."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from agreements.demo import scale as agreements_scale
from agreements.demo import stories as agreements_demo
from events.demo import scale as events_scale
from events.demo import stories as events_demo
from members.demo import applications as application_demo
from members.demo import scale as members_scale
from members.demo import stories as members_demo
from members.models import Organisation
from projects.demo import challenges as challenges_demo
from projects.demo import stories as projects_demo
from technoparks.demo import scale as technoparks_scale
from technoparks.demo import stories as technoparks_demo

PAST_EACH, UPCOMING_FOR = 10, 10  # past events an organisation, organisations an upcoming one


class Command(BaseCommand):
    help = "Load the demo data: the organisations of the stories, or as many plausible ones as you like."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where any organisation exists")
        parser.add_argument(
            "--scale", type=int, metavar="N", help="make N plausible organisations, and events, instead"
        )
        parser.add_argument("--agreements", type=int, metavar="N", help="make N agreements of those that are there")
        parser.add_argument("--bookings", type=int, metavar="N", help="make N bookings of laboratories, and those too")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same ones")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and Organisation.objects.exists():
            return
        with transaction.atomic():
            if options["scale"]:
                members_scale.make_organisations(options["scale"], seed=options["seed"])
                past, upcoming = options["scale"] * PAST_EACH, options["scale"] // UPCOMING_FOR
                events_scale.make_events(past, upcoming, seed=options["seed"])
            elif options["agreements"]:
                agreements_scale.make_agreements(options["agreements"], seed=options["seed"])
            elif options["bookings"]:
                technoparks_scale.make_bookings(options["bookings"], seed=options["seed"])
            else:
                members_demo.load()
                technoparks_demo.load()
                projects_demo.load()
                challenges_demo.load()
                events_demo.load()
                agreements_demo.load()
                # Their password is public, and those who apply are nobody: only for a portal on one's own machine.
                if settings.DEBUG:
                    members_demo.load_logins()
                    application_demo.load()
                    events_demo.load_registrations()
                    challenges_demo.load_for_logins()
                    agreements_demo.load_for_logins()
                    technoparks_demo.load_bookings()
                    technoparks_demo.load_past_bookings()
