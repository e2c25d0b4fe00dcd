"""The proxy of `deploy/nginx.conf`, with a real nginx before a site of its own."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.services import debian
from tests.services.redis import free_port

CONF = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
_FRAME = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; user root;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {conf}
}}
"""


def why_not() -> str:
    """Why the proxy cannot be run here; empty when it can."""
    if shutil.which("nginx"):
        return ""
    return "no nginx on PATH (as root: apt-get install nginx-light)"


def install() -> None:
    """Install Debian's where there is none."""
    if why_not():
        debian.install("nginx-light", why_not())


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Yield the address of the proxy, without TLS; behind it everything is 200."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    port = free_port()
    conf = folder / "nginx.conf"
    conf.write_text(_FRAME.format(folder=folder, conf=_of_loopback(port, site)))
    server = subprocess.Popen(["nginx", "-c", str(conf), "-e", f"{folder}/error.log"])
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)
        site.shutdown()
        site.server_close()


def _of_loopback(port: int, site: ThreadingHTTPServer) -> str:
    """The shipped file, but for its ports, its certificate and who stands behind it."""
    conf = CONF.read_text()
    conf = re.sub(r"listen \[::\].*;", "", conf)
    conf = conf.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    conf = conf.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    conf = re.sub(r"ssl_.*;", "", conf)
    return conf.replace("http://web:8000", f"http://127.0.0.1:{site.server_port}")


class _Site(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
