"""The web server of production: `gunicorn --config deploy/gunicorn.conf.py cluster_portal.wsgi`.

SIGHUP reloads it without a lost request: the socket stays open, new workers start beside the old ones, which
answer what they have begun and go.
"""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
# Threads wait for the database side by side; each keeps a connection to it.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))

timeout = 120  # s, for the preview of a large import
graceful_timeout = 120  # s, so what may run may also end when a worker is told to go

# What a library leaks ends with its worker; the jitter keeps workers from leaving together.
max_requests = 20_000
max_requests_jitter = 4_000

# Not preloaded: only then does a reload bring new code. The memory it would share is about 40 MB a worker.
preload_app = False

# Workers prove in a file that they live: in memory, because a slow disk is no reason to kill them.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# It would be kept in the home folder, which our user does not have; signals do all we need.
control_socket_disable = True
# Requests are logged by nginx, and by the portal without the network address.
accesslog = None
