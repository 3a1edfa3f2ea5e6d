"""Backups of the database and of the uploaded files.

A backup is a folder: ``database.dump`` (pg_dump's custom format), ``media/`` and ``SHA256SUMS``, which
``sha256sum --check`` understands as well. A folder named ``….unfinished`` is none.
"""

import hashlib
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from cluster_portal.embedded import EmbeddedError
from cluster_portal.embedded.account import Account, postgres_programs

DUMP = "database.dump"
MEDIA = "media"
SUMS = "SHA256SUMS"
# As PostgreSQL makes it, and all or nothing: what the dump does not know goes as well.
EMPTY_DATABASE = b"""
SET client_min_messages = warning;
SET lock_timeout = '10s';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


class BackupError(Exception):
    """Tells the person at the terminal what is wrong; nothing has been changed."""


def back_up(where: Path) -> Path:
    """Makes a new folder in ``where`` and returns it."""
    folder = where / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}"
    unfinished = folder.with_suffix(".unfinished")
    unfinished.mkdir(mode=0o700, parents=True)
    # Files come first, or one that is removed during the dump would be missing; and again, for what has come since.
    _copy_new(_media(), unfinished / MEDIA)
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished / DUMP}")
    _copy_new(_media(), unfinished / MEDIA)
    sums = [f"{_sum(unfinished / name)}  {name}\n" for name in _names(unfinished)]
    (unfinished / SUMS).write_text("".join(sums))
    return unfinished.rename(folder)


def verify(folder: Path) -> None:
    """Raises BackupError unless ``folder`` holds exactly what was put there."""
    if not (folder / SUMS).is_file():
        raise BackupError(f"{folder} is no backup: it has no {SUMS}")
    lines = (folder / SUMS).read_text().splitlines()
    expected = {name: checksum for checksum, name in (line.split("  ", 1) for line in lines)}
    found = {name: _sum(folder / name) for name in _names(folder) if name != SUMS}
    if DUMP not in expected:
        raise BackupError(f"{folder} is no backup: it has no {DUMP}")
    if wrong := sorted(name for name in expected | found if expected.get(name) != found.get(name)):
        raise BackupError(f"{folder} is damaged, {len(wrong)} files are not as they were: {', '.join(wrong[:5])}")


def what_is_there() -> str:
    """What a restore would replace, in words; empty if nothing."""
    tables, files = len(connection.introspection.table_names()), len(_names(_media()))
    connection.close()  # it may wait for an answer for long, and psql has a connection of its own
    return f"{tables} tables and {files} files" if tables or files else ""


def restore(folder: Path) -> None:
    """The database and the files as they were. It stands wholly before or wholly after, files without a row aside."""
    verify(folder)
    _copy_new(folder / MEDIA, _media())
    _restore_database(folder / DUMP)
    for name in set(_names(_media())) - set(_names(folder / MEDIA)):
        (_media() / name).unlink()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    cache.clear()  # and the queue, which is on the same server: sweeps find in the database what waits


def _restore_database(dump: Path) -> None:
    command, environment = _command("psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--single-transaction")
    psql = subprocess.Popen(  # noqa: S603
        [*command, "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"],
        env=environment,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    script = subprocess.Popen(  # noqa: S603
        [_program("pg_restore"), "--file=-", "--no-owner", "--no-privileges", str(dump)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    complaints = []
    try:
        _pour(script, psql)
    except BrokenPipeError:  # psql has ended and says why
        script.kill()
    complaints.append(script.communicate()[1])
    if script.returncode:
        psql.kill()  # before it sees the end of its input, which would be the end of the transaction
    complaints.append(psql.communicate()[1])
    if script.returncode or psql.returncode:
        reason = b"".join(complaints).decode(errors="replace").strip()
        raise BackupError(f"The database was left as it was: {reason}")


def _pour(script: subprocess.Popen[bytes], psql: subprocess.Popen[bytes]) -> None:
    assert script.stdout is not None  # noqa: S101 - a pipe, as asked for
    assert psql.stdin is not None  # noqa: S101
    psql.stdin.write(EMPTY_DATABASE)
    shutil.copyfileobj(script.stdout, psql.stdin)
    psql.stdin.flush()


def _media() -> Path:
    return Path(settings.MEDIA_ROOT)


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _copy_new(source: Path, target: Path) -> None:
    """Copies what ``target`` lacks or has otherwise. A file that vanishes meanwhile was removed by somebody."""
    target.mkdir(parents=True, exist_ok=True)
    for name in _names(source):
        try:
            if not _is_copy(target / name, source / name):
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / name, target / name)
        except FileNotFoundError:
            (target / name).unlink(missing_ok=True)


def _is_copy(copy: Path, original: Path) -> bool:
    now = original.stat()
    if not copy.exists():
        return False
    then = copy.stat()
    return (then.st_size, then.st_mtime_ns) == (now.st_size, now.st_mtime_ns)


def _run(program: str, *arguments: str) -> None:
    command, environment = _command(program, *arguments)
    result = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")  # noqa: S603
    if result.returncode:
        raise BackupError(f"{program}: {result.stderr.strip()}")


def _command(program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """With the address in the arguments and the password in the environment, where others cannot read it."""
    command, secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, list(arguments))
    return [_program(program), *command[1:]], os.environ | (secrets or {})


def _program(name: str) -> str:
    """The embedded server's where that is installed, else the system's. It must not be older than the server."""
    try:
        return str(postgres_programs(Account(os.geteuid(), os.getegid())) / name)
    except EmbeddedError:
        found = shutil.which(name)
    if found is None:
        raise BackupError(f"There is no {name}: install the client programs of PostgreSQL")
    return found
