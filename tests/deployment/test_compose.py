"""docker-compose.yml: right by the schema, and each command does natively what its container is for."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
import yaml
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from cluster_portal.embedded import valkey
from tests.databases import database
from tests.deployment.stand import BEHIND_TLS, PATIENCE, answers, ask, eventually, free_port, running

ROOT = Path(settings.BASE_DIR)
FILES = ["docker-compose.yml", "deploy/compose.tls.yml"]
COMPOSE = yaml.safe_load((ROOT / FILES[0]).read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LASTING = [name for name, service in SERVICES.items() if service["restart"] != "no"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("file", FILES)
def test_it_keeps_to_the_schema_of_compose(file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_lasts_is_started_again_watched_and_limited() -> None:
    assert LASTING == ["postgres", "valkey", "web", "nginx", "worker", "beat", "mail"]
    for name in LASTING:
        service = SERVICES[name]
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0].startswith("CMD"), name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert service["logging"]["options"]["max-size"], name


def test_web_and_worker_can_be_many() -> None:
    for name in ("web", "worker"):
        assert not {"ports", "container_name", "hostname"} & SERVICES[name].keys()


def test_only_loopback_is_listened_on_unless_tls_ends_here() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"nginx": ["127.0.0.1:${PORT:-8000}:8080"], "mail": ["127.0.0.1:8025:8025"]}


def test_one_image_is_web_worker_and_beat_and_changes_nothing_but_its_volumes() -> None:
    for name in ("migrate", "web", "worker", "beat", "backup"):
        service = SERVICES[name]
        assert (service["image"], service["read_only"], service["cap_drop"]) == ("cluster-portal", True, ["ALL"])


def test_every_variable_is_named_in_the_example() -> None:
    texts = [(ROOT / file).read_text() for file in FILES]
    asked = {name for text in texts for name in re.findall(r"\$\{(\w+)", text)}
    production = (ROOT / "cluster_portal" / "settings" / "production.py").read_text()
    asked |= set(re.findall(r"""env(?:\.\w+)?\("(\w+)\"""", production)) - COMPOSE["x-portal"]["environment"].keys()
    assert asked <= set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_the_hook_of_certbot_leaves_files_that_the_group_of_nginx_may_read(tmp_path: Path) -> None:
    live, archive = tmp_path / "live", tmp_path / "archive"
    for folder in (live, archive):
        folder.mkdir()
    for name in ("fullchain.pem", "privkey.pem"):
        (archive / name).write_text(name)
        (archive / name).chmod(0o600)
        (live / name).symlink_to(f"../archive/{name}")
    operations = (ROOT / "docs" / "operations.md").read_text()
    script = operations[operations.index("#!/bin/sh -e") :].partition("\n\n")[0]
    hook = script.replace("/srv/portal", str(tmp_path)).replace("-g 1000", f"-g {os.getgid()}")
    subprocess.run(["sh", "-ec", hook], env={**os.environ, "RENEWED_LINEAGE": str(live)}, check=True)
    shutil.rmtree(archive)  # the container has nothing but the folder
    certificates = tmp_path / "certificates"
    left = {path.name: (path.read_text(), f"{path.stat().st_mode:o}") for path in certificates.iterdir()}
    assert left == {name: (name, "100640") for name in ("fullchain.pem", "privkey.pem")}
    assert f"{certificates.stat().st_mode:o}" == "40750"


# --- Commands ----------------------------------------------------------------------------------------------


def command_of(name: str, **paths: object) -> list[str]:
    """As Docker would run it, with paths of ours; a service without a command runs the image's."""
    command = SERVICES[name].get("command")
    if command is None:
        command = shlex.join(json.loads(DOCKERFILE.rpartition("CMD ")[2]))
    for path, ours in paths.items():
        stated = {"static": "/srv/static", "image": "var/static", "to": "/backups"}[path]
        assert stated in command
        command = command.replace(stated, str(ours))
    return shlex.split(command)


def is_healthy(name: str, environment: Mapping[str, str]) -> bool:
    """Docker's own question, asked here."""
    kind, *test = SERVICES[name]["healthcheck"]["test"]
    script = test[0].replace("$$", "$").replace("/tmp/alive", environment["ALIVE_FILE"])  # noqa: S108
    command = ["sh", "-c", script] if kind == "CMD-SHELL" else test
    return subprocess.run(command, env=environment, capture_output=True).returncode == 0


def test_the_build_gives_settings_all_that_they_ask_for() -> None:
    """A new setting that must be given would break the build, which runs nowhere else."""
    given = re.search(r"RUN (SECRET_KEY=.+?) +sh -c", DOCKERFILE.replace("\\\n", " "))
    assert given
    build = dict(word.split("=", 1) for word in shlex.split(given[1]))
    build["DJANGO_SETTINGS_MODULE"] = "cluster_portal.settings.production"
    checked = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=build, capture_output=True)
    assert checked.returncode == 0, checked.stderr


def test_migrate_brings_the_database_up_to_date_and_adds_static_files(
    environment: dict[str, str], tmp_path: Path
) -> None:
    image, served = tmp_path / "image", tmp_path / "served"
    for folder, name in ((image, "new.css"), (served, "old.css")):
        folder.mkdir()
        (folder / name).touch()
    with database() as url:
        given = environment | {"DATABASE_URL": url}
        done = subprocess.run(command_of("migrate", image=image, static=served), cwd=ROOT, env=given)
        assert done.returncode == 0
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM members_region")
            assert cursor.fetchone() == (83,)
    assert sorted(path.name for path in served.iterdir()) == ["new.css", "old.css"]


def test_web_answers_and_ends(web_environment: dict[str, str], log: Path) -> None:
    port = free_port()
    with running(command_of("web"), web_environment | {"BIND": f"127.0.0.1:{port}"}, log) as process:
        eventually(lambda: answers(port), log)
        assert ask(port, "/account/login/").status == 200
        assert ask(port, "/", X_Forwarded_Proto="http")["Location"] == f"https://{BEHIND_TLS['Host']}/"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_worker_and_beat_give_signs_of_life_and_end(environment: dict[str, str], log: Path, name: str) -> None:
    Path(environment["ALIVE_FILE"]).unlink(missing_ok=True)
    assert not is_healthy(name, environment)
    with running(command_of(name), environment, log) as process:
        eventually(lambda: is_healthy(name, environment), log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_worker_is_not_alive_without_the_broker(environment: dict[str, str], log: Path, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    nowhere = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0", "ALIVE_FILE": str(alive)}
    with running(command_of("worker"), environment | nowhere, log):
        eventually(lambda: "Cannot connect" in log.read_text(), log)
        assert not alive.exists()


def test_backup_makes_one(environment: dict[str, str], tmp_path: Path) -> None:
    assert subprocess.run(command_of("backup", to=tmp_path), cwd=ROOT, env=environment).returncode == 0
    (backup,) = tmp_path.iterdir()
    assert (backup / "SHA256SUMS").exists()


def test_valkey_keeps_the_queue_when_it_is_started_again(tmp_path: Path, log: Path) -> None:
    port = free_port()
    _, *options = command_of("valkey")
    command = [str(valkey._program()), *options, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
    with redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as client:

        def is_there() -> bool:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

        with running(command, {}, log) as process:
            eventually(is_there, log)
            client.rpush("celery", "a task")
            assert client.config_get("maxmemory*") == {
                "maxmemory": str(256 * 1024 * 1024),
                "maxmemory-policy": "volatile-lru",
                "maxmemory-samples": "5",
                "maxmemory-clients": "0",
                "maxmemory-eviction-tenacity": "10",
            }
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        with running(command, {}, log):
            eventually(is_there, log)
            assert client.lrange("celery", 0, -1) == [b"a task"]
