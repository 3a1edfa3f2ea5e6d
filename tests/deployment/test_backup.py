"""The drill: fill, back up, lose everything, restore, compare each table and file."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis
from django.conf import settings

from tests.databases import database
from tests.deployment.stand import manage, production
from tests.faults.stand import report

Portal = dict[str, str]


# What makes the database besides the content of its tables.
BESIDES = {
    "sequences": "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1",
    # Without conditions: PostgreSQL reads its own text of one back as another that says the same.
    "indexes": "SELECT split_part(indexdef, ' WHERE ', 1) FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    # These without casts and brackets: PostgreSQL writes those of a list in another way once it has read its own text.
    "constraints": "SELECT conrelid::regclass::text, conname, "
    r"regexp_replace(pg_get_constraintdef(oid), '::[a-z ]+(\[\])?|[()]', '', 'g') "
    "FROM pg_constraint ORDER BY 1, 2",
    "triggers": r"SELECT regexp_replace(pg_get_triggerdef(oid), '::[a-z ]+|[()]|ROW', '', 'g') "
    "FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "functions": "SELECT oid::regprocedure::text, prosrc FROM pg_proc "
    "WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    "extensions": "SELECT extname FROM pg_extension ORDER BY 1",
    "rights": "SELECT nspowner::regrole, nspacl FROM pg_namespace WHERE nspname = 'public'",
}


# Where the portal itself keeps it.
KEEP_PRIVATE_FILE = """
from django.core.files.base import ContentFile
from common.private_files import private_storage
private_storage().save("documents/договор № 1.pdf", ContentFile(b"%PDF" * 10_000))
"""


@pytest.fixture(scope="module")
def portal(environment: Portal) -> Portal:
    filled = manage(environment, "demo")
    assert filled.returncode == 0, filled.stderr
    media = Path(environment["MEDIA_ROOT"])
    for name in ("logos/a.webp", "logos/a-96.webp"):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_bytes(hashlib.sha256(name.encode()).digest() * 10_000)
    kept = manage(environment, "shell", "-c", KEEP_PRIVATE_FILE)
    assert kept.returncode == 0, kept.stderr
    return environment


@pytest.fixture(scope="module")
def backup(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = manage(portal, "backup", str(tmp_path_factory.mktemp("backups")))
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip())


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Portal]:
    """An empty place."""
    with database() as url:
        yield production(url, tmp_path)


def ask(portal: Portal, query: str) -> list[tuple[str, ...]]:
    with closing(psycopg2.connect(portal["DATABASE_URL"])) as connection, connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


def tables(portal: Portal) -> dict[str, str]:
    """Each table with the checksum of its rows, and what is besides."""
    names = [name for (name,) in ask(portal, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    content = {
        name: ask(portal, f"SELECT md5(coalesce(string_agg(t::text, '\n' ORDER BY t::text), '')) FROM {name} t")[0][0]  # noqa: S608
        for name in names
    }
    return content | {what: str(ask(portal, query)) for what, query in BESIDES.items()}


def files(portal: Portal) -> dict[str, str]:
    media = Path(portal["MEDIA_ROOT"])
    return {
        str(path.relative_to(media)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in media.rglob("*")
        if path.is_file()
    }


@pytest.mark.faults
def test_a_lost_portal_comes_back(portal: Portal, backup: Path, elsewhere: Portal) -> None:
    assert {Path(name).parts[0] for name in files(portal)} == {"covers", "logos", "private"}
    assert (backup / "media" / "private" / "documents" / "договор № 1.pdf").read_bytes() == b"%PDF" * 10_000
    assert ask(portal, "SELECT count(*) > 10 FROM members_organisation") == [(True,)]

    restored = manage(elsewhere, "restore", str(backup))

    assert restored.returncode == 0, restored.stderr
    lost, found = {**tables(portal), **files(portal)}, {**tables(elsewhere), **files(elsewhere)}
    same = lost.items() & found.items()
    report(
        "one command brings back each table, file, index, rule and right",
        f"{len(same)} of {len(lost)} are the same, {len(found.keys() - lost.keys())} are new",
    )
    assert found == lost


def test_what_has_changed_since_is_undone_after_a_question(portal: Portal, backup: Path, elsewhere: Portal) -> None:
    manage(elsewhere, "restore", str(backup))
    ask(elsewhere, "UPDATE members_organisation SET name = name || ' '")
    ask(elsewhere, "CREATE TABLE later (organisation_id bigint REFERENCES members_organisation)")
    media = Path(elsewhere["MEDIA_ROOT"])
    (media / "logos" / "a.webp").write_text("another")
    (media / "logos" / "later.webp").touch()
    later = tables(elsewhere), files(elsewhere)
    name = elsewhere["DATABASE_URL"].rpartition("/")[2]

    refused = manage(elsewhere, "restore", str(backup), typed="yes\n")
    assert (refused.returncode, refused.stderr) == (1, "CommandError: Nothing was changed.\n")
    assert (tables(elsewhere), files(elsewhere)) == later
    assert (
        f"The database {name} and the folder of uploads hold {len(later[0]) - len(BESIDES)} tables "
        f"and {len(later[1])} files" in refused.stdout
    )

    assert manage(elsewhere, "restore", str(backup), typed=f"{name}\n").returncode == 0
    assert tables(elsewhere) == tables(portal)
    assert files(elsewhere) == files(portal)


def test_the_cache_forgets_what_was_after_the_backup(backup: Path, elsewhere: Portal) -> None:
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as server:
        server.set("later", "page")
        assert manage(elsewhere, "restore", str(backup)).returncode == 0
        assert server.get("later") is None


def test_checksums_are_those_of_the_systems_own_program(backup: Path) -> None:
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=backup, capture_output=True)
    assert (checked.returncode, checked.stdout) == (0, b"")
    assert backup.stat().st_mode & 0o777 == 0o700


def damage_dump(backup: Path) -> None:
    with (backup / "database.dump").open("r+b") as dump:
        dump.seek(5000)
        dump.write(b"?")


def lose_file(backup: Path) -> None:
    (backup / "media" / "logos" / "a.webp").unlink()


def slip_file_in(backup: Path) -> None:
    (backup / "media" / "logos" / "b.webp").touch()


@pytest.mark.faults
@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (damage_dump, "database.dump"),
        (lose_file, "media/logos/a.webp"),
        (slip_file_in, "media/logos/b.webp"),
    ],
    ids=["changed", "lost", "added"],
)
def test_a_damaged_backup_is_refused(backup: Path, elsewhere: Portal, tmp_path: Path, harm: object, named: str) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(backup, damaged)
    assert callable(harm)
    harm(damaged)
    refused = manage(elsewhere, "restore", "--yes", str(damaged))
    said = f"CommandError: {damaged} is damaged, 1 files are not as they were: {named}\n"
    made = ask(elsewhere, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    report(
        "a backup that is not as it was made is refused before anything changes",
        f"restore said: {refused.stderr.strip()}; tables made: {len(made)}",
    )
    assert (refused.returncode, refused.stderr) == (1, said)
    assert made == []


def test_a_folder_that_is_no_backup_is_refused(elsewhere: Portal, tmp_path: Path) -> None:
    refused = manage(elsewhere, "restore", "--yes", str(tmp_path))
    assert refused.stderr == f"CommandError: {tmp_path} is no backup: it has no SHA256SUMS\n"


@pytest.mark.faults
def test_a_restore_that_breaks_off_leaves_the_database_as_it_was(
    portal: Portal, backup: Path, elsewhere: Portal, tmp_path: Path
) -> None:
    """A dump that was short from the beginning, so its checksum is right."""
    manage(elsewhere, "restore", str(backup))
    before = tables(elsewhere)
    short = tmp_path / "short"
    shutil.copytree(backup, short)
    dump = (backup / "database.dump").read_bytes()
    (short / "database.dump").write_bytes(dump[: len(dump) * 3 // 4])
    sums = (short / "SHA256SUMS").read_text()
    right, wrong = (hashlib.sha256(content).hexdigest() for content in (dump, dump[: len(dump) * 3 // 4]))
    (short / "SHA256SUMS").write_text(sums.replace(right, wrong))

    broken = manage(elsewhere, "restore", "--yes", str(short))

    after = tables(elsewhere)
    report(
        "a restore that breaks off leaves the database as it was",
        f"{len(before.items() & after.items())} of {len(before)} tables and the like are the same",
    )
    assert broken.returncode == 1
    assert broken.stderr.startswith("CommandError: The database was left as it was: pg_restore: error: ")
    assert after == before


def test_a_database_in_use_is_not_waited_for_for_ever(backup: Path, elsewhere: Portal) -> None:
    ask(elsewhere, "CREATE TABLE read ()")
    with closing(psycopg2.connect(elsewhere["DATABASE_URL"])) as reader:
        reader.cursor().execute("SELECT count(*) FROM read")
        refused = manage(elsewhere, "restore", "--yes", str(backup))
    assert refused.returncode == 1
    assert "canceling statement due to lock timeout" in refused.stderr
