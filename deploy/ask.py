"""Ask the server beside it; the exit code says whether it is well.

``python deploy/ask.py /readyz``. As the proxy does, it says which host is meant.
"""

import os
import sys
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2]
request = urllib.request.Request(f"http://127.0.0.1:{port}{sys.argv[1]}")
request.add_header("Host", host)
try:
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
        sys.stdout.write(answer.read().decode() + "\n")
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
