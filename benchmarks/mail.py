"""Letters: written into the queue and sent from it, beside the plain loop that queries, renders and sends one by one.

Each measurement is a process of its own, so its memory is that of one; it works on one core. The mail server is
``tests.sink``, in a process of its own: it does little more than answer.
"""

import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.server import wait_for

LETTERS = 1000
AT_ONCE = 500  # letters of one transaction
PLAIN = "plain loop: query, render, send"
WORDS = """Здравствуйте, {{ reader.title }}!

{% for number in events %}
Событие № {{ number }} состоится в технопарке «Физтех-парк» 16 декабря в 10:00.
{{ site }}/events/event-{{ number }}/

{% endfor %}
—
Ассоциация
"""


def main() -> None:
    """One measurement: ``python -m benchmarks.mail plain``; prints it as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.utils import translation

    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(os.environ["SINK"])
    translation.activate("ru")
    work = {"plain": _plain, "write": _write, "send": _send}[sys.argv[1]]()
    count_queries()
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({"rate": LETTERS / took, "queries": count_queries() / LETTERS, "memory": memory}))


def _plain() -> Callable[[], None]:
    from django.core.mail import EmailMultiAlternatives, get_connection

    from common.mail.letters import as_html

    words, readers = _words(), _readers()

    def work() -> None:
        for pk in readers:
            text = words(pk)
            message = EmailMultiAlternatives(
                "Дайджест",
                text,
                to=[f"reader-{pk}@example.org"],
                connection=get_connection("django.core.mail.backends.smtp.EmailBackend"),
            )
            message.attach_alternative(as_html("Дайджест", text), "text/html")
            message.send()

    return work


def _write() -> Callable[[], None]:
    from django.db import transaction

    from common.mail.letters import Letter
    from common.models import OutgoingMail

    OutgoingMail.objects.all().delete()
    words, readers = _words(), _readers()

    def work() -> None:
        for start in range(0, LETTERS, AT_ONCE):
            with transaction.atomic():
                for pk in readers[start : start + AT_ONCE]:
                    Letter("Дайджест", words(pk), to=[f"reader-{pk}@example.org"]).send()

    return work


def _send() -> Callable[[], None]:
    from common.mail.relay import relay

    def work() -> None:
        assert relay() == LETTERS

    return work


def _words() -> Callable[[int], str]:
    """The text for the reader of this number, whom it asks of the database."""
    from django.conf import settings
    from django.template import engines

    from members.models import Organisation

    template = engines["django"].from_string(WORDS)
    return lambda pk: template.render(
        {"reader": Organisation.objects.get(pk=pk), "events": range(5), "site": settings.SITE_ADDRESS}
    )


def _readers() -> list[int]:
    from members.models import Organisation

    return [*Organisation.objects.values_list("pk", flat=True)[:LETTERS]]


def count_queries() -> int:
    """Since it was last asked, but for the limits of transactions; as PostgreSQL counts."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements "
            "WHERE query !~ 'pg_stat_statements' AND query !~* '^(BEGIN|COMMIT)'"
        )
        [number] = cursor.fetchone()
        cursor.execute("SELECT pg_stat_statements_reset()")
    return int(number)


# --- All measurements --------------------------------------------------------------------------------------


def print_table(rounds: int) -> None:
    measured: dict[str, list[dict[str, float]]] = {"plain": [], "write": [], "send": []}
    with _sink() as port:
        for number in range(rounds):
            print(f"mail: round {number + 1} of {rounds}", file=sys.stderr)
            for what, figures in measured.items():
                figures.append(_measure(what, port))
    median = {
        what: {name: statistics.median(one[name] for one in figures) for name in figures[0]}
        for what, figures in measured.items()
    }
    plain = median["plain"]["rate"]
    print(f"\n| {LETTERS} letters, one process | letters/s | queries a letter | memory, MB | × of the plain loop |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for what, title in {"plain": PLAIN, "write": "rendered into the queue", "send": "sent from the queue"}.items():
        one = median[what]
        print(
            f"| {title} | {one['rate']:.0f} | {one['queries']:.1f} | {one['memory']:.0f} | {one['rate'] / plain:.2f} |"
        )
    both = 1 / (1 / median["write"]["rate"] + 1 / median["send"]["rate"])
    queries = median["write"]["queries"] + median["send"]["queries"]
    memory = max(median["write"]["memory"], median["send"]["memory"])
    print(f"| rendered and sent | {both:.0f} | {queries:.1f} | {memory:.0f} | {both / plain:.2f} |")


def _measure(what: str, port: int) -> dict[str, float]:
    measured = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.mail", what],
        env=os.environ | {"SINK": str(port)},
        capture_output=True,  # a line of the log for each letter
        text=True,
    )
    if measured.returncode:
        raise RuntimeError(measured.stderr[-2000:])
    return json.loads(measured.stdout.splitlines()[-1])


@contextmanager
def _sink() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.executable, "-m", "tests.sink", str(port), str(Path(folder, "letters"))])  # noqa: S603
        try:
            wait_for(port)
            yield port
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
