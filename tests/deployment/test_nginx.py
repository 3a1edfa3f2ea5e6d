"""nginx as it stands before the portal, really run. Behind it is first a stand-in that shows what reaches it."""

import json
import socket
import ssl
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

import brotli
import pytest

from tests.deployment.nginx import Nginx
from tests.deployment.stand import HOST, Answer, answers, ask, eventually, free_port, running

pytestmark = pytest.mark.nginx

CSS = "/static/css/main.0123456789ab.css"
SECRET = b"a private file"


# --- What the portal would answer --------------------------------------------------------------------------


def stand_in(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    path, extra = environ["PATH_INFO"], []
    if path.startswith("/files/"):  # allowed, says the portal, and leaves the file to nginx
        extra = [
            ("X-Accel-Redirect", f"/private/{path.removeprefix('/files/')}"),
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", 'attachment; filename="a.pdf"'),
            ("Cache-Control", "private, no-store"),
        ]
    if path == "/away/":
        start("503 Service Unavailable", [("Retry-After", "5")])
        return [b"the portal's own"]
    size = len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    seen = {name: value for name, value in environ.items() if name.startswith("HTTP_")} | {"path": path, "size": size}
    start("200 OK", [("X-Content-Type-Options", "nosniff"), *(extra or [("Content-Type", "application/json")])])
    return [json.dumps(seen).encode()]


class ManyAtOnce(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[int]:
    with make_server("127.0.0.1", 0, stand_in, ManyAtOnce, Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def nginx(tmp_path: Path, upstream: int) -> Iterator[Nginx]:
    server = Nginx(tmp_path, upstream)
    for name, content in {
        CSS: b"a { color: red }",
        f"{CSS}.br": brotli.compress(b"a { color: red }"),
        "/static/css/plain.css": b"b {}",
        "/static/img/logo.svg": b"<svg/>",
        "/media/logos/0a-96.webp": b"RIFF",
        "/media/covers/0b-480.webp": b"RIFF",
        "/media/private/a.pdf": SECRET,
        "/media/imports/people.xlsx": b"not for strangers",
    }.items():
        (server.srv / name[1:]).parent.mkdir(parents=True, exist_ok=True)
        (server.srv / name[1:]).write_bytes(content)
    with server.running():
        yield server


# --- The configuration -------------------------------------------------------------------------------------


def test_nginx_accepts_it_with_and_without_tls(tmp_path: Path) -> None:
    server = Nginx(tmp_path, free_port())
    certify(server)
    for _ in range(2):
        tested = subprocess.run(server.command("-t", "-q"), capture_output=True, text=True)
        assert (tested.returncode, tested.stderr) == (0, "")
        (server.etc / "portal-tls" / "tls.conf").write_text((server.etc / "portal" / "tls.conf").read_text())


def certify(server: Nginx) -> None:
    """A certificate that vouches for itself."""
    folder = server.etc / "certificates"
    folder.mkdir()
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    name = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(["openssl", "req", *kind, *name, *files], check=True, capture_output=True)


# --- Requests for the portal -------------------------------------------------------------------------------


def test_the_portal_is_told_one_address_whatever_the_reader_says(nginx: Nginx) -> None:
    # The last address is what the server that ends TLS has seen; what stands before it, anybody can send.
    seen = json.loads(ask(nginx.port, "/", X_Forwarded_For="6.6.6.6, 203.0.113.7", X_Forwarded_Host="evil").body)
    assert seen["HTTP_X_FORWARDED_FOR"] == "203.0.113.7"
    assert seen["HTTP_X_FORWARDED_PROTO"] == "https"
    assert seen["HTTP_HOST"] == HOST
    assert "HTTP_X_FORWARDED_HOST" not in seen


def test_a_request_has_one_number_in_both_logs(nginx: Nginx) -> None:
    seen = json.loads(ask(nginx.port, "/?q=1", User_Agent='"quoted"').body)
    eventually(lambda: nginx.access_log.read_text() != "", nginx.error_log)  # a line is written after the answer
    (line,) = (json.loads(line) for line in nginx.access_log.read_text().splitlines())
    assert line["id"] == seen["HTTP_X_REQUEST_ID"]
    assert (line["method"], line["uri"], line["status"], line["agent"]) == ("GET", "/", 200, '"quoted"')


def test_no_log_has_a_link_to_follow_or_what_was_searched_for(nginx: Nginx) -> None:
    signed = "a1B2c3D4e5F6g7H8.x-Zx_Zx0123456789abcdefghij"
    paths = [f"/events/feedback/{signed}/", "/account/password/reset/key/3-cxyz12-0123456789abcdef/", "/events/?q=name"]
    for path in paths:
        ask(nginx.port, path)
    eventually(lambda: nginx.access_log.read_text().count("\n") == len(paths), nginx.error_log)
    lines = [json.loads(line)["uri"] for line in nginx.access_log.read_text().splitlines()]
    assert lines == ["/events/feedback/…/", "/account/password/reset/key/…/", "/events/"]


def test_a_header_of_the_portal_is_there_once(nginx: Nginx) -> None:
    for path in ("/", CSS, "/media/logos/0a-96.webp", "/files/a.pdf"):
        assert ask(nginx.port, path)["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("megabytes", "status"), [(20, 200), (21, 413)])
def test_a_body_may_have_20_megabytes(nginx: Nginx, megabytes: int, status: int) -> None:
    assert ask(nginx.port, "/", "POST", bytes(megabytes * 1024 * 1024)).status == status


# --- Files -------------------------------------------------------------------------------------------------


def test_static_files_are_sent_compressed_to_who_takes_them(nginx: Nginx) -> None:
    packed = ask(nginx.port, CSS, Accept_Encoding="gzip, deflate, br")
    assert brotli.decompress(packed.body) == b"a { color: red }"
    assert (packed["Content-Encoding"], packed["Content-Type"]) == ("br", "text/css; charset=utf-8")
    for accepted in ("identity", "gzip", "brave"):  # there is no .gz of it
        plain = ask(nginx.port, CSS, Accept_Encoding=accepted)
        assert (plain.body, plain.headers.get("Content-Encoding")) == (b"a { color: red }", None)
        assert (plain["Vary"], plain["Content-Type"]) == ("Accept-Encoding", "text/css; charset=utf-8")


def test_static_files_are_kept_for_ever_if_their_name_has_a_hash(nginx: Nginx) -> None:
    assert ask(nginx.port, CSS)["Cache-Control"] == "max-age=315360000, public, immutable"
    assert ask(nginx.port, "/static/css/plain.css")["Cache-Control"] == "max-age=60, public"
    assert ask(nginx.port, "/static/img/logo.svg")["Content-Type"] == "image/svg+xml"


def test_a_static_file_that_is_not_here_is_asked_of_the_portal(nginx: Nginx) -> None:
    answer = ask(nginx.port, "/static/css/newer.css", Accept_Encoding="br")
    assert json.loads(answer.body)["path"] == "/static/css/newer.css"
    assert answer.headers.get("Cache-Control") is None


def test_of_uploads_only_public_pictures_have_an_address(nginx: Nginx) -> None:
    for path in ("/media/logos/0a-96.webp", "/media/covers/0b-480.webp"):
        one = ask(nginx.port, path)
        assert (one.body, one["Content-Type"], one["Cache-Control"]) == (b"RIFF", "image/webp", "max-age=86400, public")
    for path in (
        "/media/private/a.pdf",
        "/media/imports/people.xlsx",
        "/media/logos/../private/a.pdf",
        "/media/logos/%2e%2e/private/a.pdf",
        "/media/logos/missing.webp",
        "/private/a.pdf",
        "/private/../private/a.pdf",
        "/static/../media/private/a.pdf",
        "/static../media/private/a.pdf",
    ):
        answer = ask(nginx.port, path)
        assert answer.status in {200, 400, 404}
        assert answer.status != 200 or "path" in json.loads(answer.body), f"{path} came from the disk"


def test_a_private_file_is_sent_when_the_portal_has_said_yes(nginx: Nginx) -> None:
    answer = ask(nginx.port, "/files/a.pdf")
    assert (answer.status, answer.body) == (200, SECRET)
    assert {name: answer[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="a.pdf"',
        "Cache-Control": "private, no-store",
    }
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "X-Accel-Redirect" not in answer.headers
    assert ask(nginx.port, "/files/a.pdf", Range="bytes=2-8").body == SECRET[2:9]


# --- While the portal is away ------------------------------------------------------------------------------


def is_maintenance(answer: Answer) -> bool:
    return "<h1>Скоро вернёмся</h1>" in answer.body.decode()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_switch_shows_the_maintenance_page_and_nothing_else(nginx: Nginx, method: str) -> None:
    nginx.maintain(on=True)
    answer = ask(nginx.port, "/organisations/", method)
    assert (answer.status, answer["Retry-After"], answer["Cache-Control"]) == (503, "60", "no-store")
    assert is_maintenance(answer)
    assert ask(nginx.port, "/maintenance.css")["Content-Type"] == "text/css"
    for path in ("/api/v1/regions/", "/en/api/v1/regions/"):
        told = ask(nginx.port, path, method)
        assert (told.status, told["Content-Type"]) == (503, "application/json; charset=utf-8")
        assert json.loads(told.body)["code"] == "unavailable"
    nginx.maintain(on=False)
    assert ask(nginx.port, "/organisations/", method).status == 200


def test_the_maintenance_page_works_while_the_portal_is_down(tmp_path: Path) -> None:
    server = Nginx(tmp_path, free_port())
    with server.running():
        for _ in range(2):
            answer = ask(server.port, "/")
            assert (answer.status, answer["Retry-After"]) == (503, "60")
            assert is_maintenance(answer)
            assert ask(server.port, "/nginx-health").body == b"ok\n"
            server.maintain(on=True)


def test_the_portals_own_error_pages_pass(nginx: Nginx) -> None:
    answer = ask(nginx.port, "/away/")
    assert (answer.status, answer["Retry-After"], answer.body) == (503, "5", b"the portal's own")


# --- TLS ---------------------------------------------------------------------------------------------------


def test_tls_may_end_here(tmp_path: Path, upstream: int) -> None:
    server = Nginx(tmp_path, upstream)
    certify(server)
    (server.etc / "portal" / "tls.conf").rename(server.etc / "portal-tls" / "tls.conf")
    context = ssl.create_default_context(cafile=server.etc / "certificates" / "fullchain.pem")
    with server.running():
        assert ask(server.plain, "/a?b=c")["Location"] == f"https://{HOST}/a?b=c"
        with context.wrap_socket(socket.create_connection(("127.0.0.1", server.tls)), server_hostname=HOST) as tls:
            headers = "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: http\r\nConnection: close"
            tls.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n\r\n".encode())
            seen = json.loads(b"".join(iter(lambda: tls.recv(65536), b"")).partition(b"\r\n\r\n")[2])
    assert (seen["HTTP_X_FORWARDED_FOR"], seen["HTTP_X_FORWARDED_PROTO"]) == ("127.0.0.1", "https")


# --- With the portal itself --------------------------------------------------------------------------------


@pytest.fixture
def portal(web_environment: dict[str, str], static_files: Path, log: Path, tmp_path: Path) -> Iterator[Nginx]:
    port = free_port()
    settings = {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1", "WEB_THREADS": "2"}
    command = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "cluster_portal.wsgi"]
    server = Nginx(tmp_path, port)
    (server.srv / "static").symlink_to(static_files)
    with ExitStack() as stack:
        stack.enter_context(running(command, web_environment | settings, log))
        eventually(lambda: answers(port), log)
        stack.enter_context(server.running())
        yield server


ONCE = ["Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"]


def test_a_page_arrives_with_its_files_and_its_headers_once(portal: Nginx) -> None:
    page = ask(portal.port, "/account/login/")
    assert page.status == 200
    for name in [*ONCE, "Strict-Transport-Security", "Permissions-Policy"]:
        assert page[name]
    style = page.body.decode().partition('rel="stylesheet" href="')[2].partition('"')[0]
    file = ask(portal.port, style, Accept_Encoding="br")
    assert (file.status, file["Content-Encoding"], file["Content-Type"]) == (200, "br", "text/css; charset=utf-8")
    assert file["Cache-Control"] == "max-age=315360000, public, immutable"
    assert ask(portal.port, "/private/nothing.pdf").status == ask(portal.port, "/media/logos/no.webp").status == 404
