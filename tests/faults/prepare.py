"""Run as a program in a stand's environment: four people, each by number with a session, as JSON."""

import json

import django


def main() -> None:
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from tests.factories.members import UserFactory

    call_command("migrate", verbosity=0)
    sessions = {}
    for _number in range(4):
        person = UserFactory()
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        sessions[person.pk] = session.session_key
    print(json.dumps(sessions))


if __name__ == "__main__":
    main()
