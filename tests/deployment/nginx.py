"""nginx with the configuration of production, but for folders and ports."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from django.conf import settings

from tests.deployment.stand import eventually, free_port

# Debian keeps it where only root looks.
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
COMPOSE = yaml.safe_load((Path(settings.BASE_DIR) / "docker-compose.yml").read_text())
SOURCE = Path(settings.BASE_DIR) / "deploy" / "nginx"


class Nginx:
    """Its folders are ``srv`` and ``etc`` in ``folder``, as they are in / of the container."""

    def __init__(self, folder: Path, portal: int) -> None:
        self.folder = folder
        self.port, self.plain, self.tls = free_port(), free_port(), free_port()
        self.access_log, self.error_log = folder / "access.log", folder / "error.log"
        self.etc = folder / "etc" / "nginx"
        self.srv = folder / "srv"
        self.srv.mkdir()
        shutil.copytree(SOURCE, self.etc / "portal", ignore=shutil.ignore_patterns("on"))
        (self.etc / "portal-tls").mkdir()
        ours = {
            "/etc/nginx/portal": f"{self.etc}/portal",
            "/etc/nginx/certificates": f"{self.etc}/certificates",
            "root /srv;": f"root {self.srv};",
            "alias /srv/": f"alias {self.srv}/",
            "/tmp/nginx": f"{folder}/nginx",  # noqa: S108
            "/dev/stdout": str(self.access_log),
            "/dev/stderr": str(self.error_log),
            "http://web:8000": f"http://127.0.0.1:{portal}",
            "listen 8080": f"listen 127.0.0.1:{self.port}",
            "listen 8081": f"listen 127.0.0.1:{self.plain}",
            "listen 8443": f"listen 127.0.0.1:{self.tls}",
        }
        files = list((self.etc / "portal").glob("*.conf"))
        stated = "".join(file.read_text() for file in files)
        assert [text for text in ours if text not in stated] == []
        for file in files:
            text = file.read_text()
            for theirs, own in ours.items():
                text = text.replace(theirs, own)
            file.write_text(text)

    def command(self, *options: str) -> list[str]:
        """That of docker-compose.yml."""
        assert NGINX, "only tests marked `nginx` may ask for it"
        stated: str = COMPOSE["services"]["nginx"]["command"]
        name, *given, directives = shlex.split(stated.replace("/etc/nginx/portal", f"{self.etc}/portal"))
        assert name == "nginx"
        user = " user root;" if os.geteuid() == 0 else ""
        return [NGINX, *given, directives + user, "-e", str(self.error_log), *options]

    def maintain(self, *, on: bool) -> None:
        switch = self.etc / "portal" / "maintenance" / "on"
        switch.touch() if on else switch.unlink()

    @contextmanager
    def running(self) -> Iterator[None]:
        process = subprocess.Popen(self.command())
        try:
            eventually(lambda: process.poll() is not None or (self.folder / "nginx.pid").exists(), self.error_log)
            assert process.poll() is None, self.error_log.read_text()
            yield
        finally:
            process.terminate()
            process.wait()
