"""Run as a program in a stand's environment: four organisations, and the session of the head of each, as JSON."""

import json

import django


def main() -> None:
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from tests.factories.members import OrganisationFactory, RepresentativeFactory

    call_command("migrate", verbosity=0)
    heads = {}
    for number in range(4):
        head = RepresentativeFactory(organisation=OrganisationFactory(slug=f"stand-{number}"), role="head")
        session = SessionStore()
        session[SESSION_KEY] = str(head.user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = head.user.get_session_auth_hash()
        session.save()
        heads[f"stand-{number}"] = session.session_key
    print(json.dumps(heads))


if __name__ == "__main__":
    main()
