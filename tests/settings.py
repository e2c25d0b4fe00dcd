"""The settings of the suite: as in development, but with nothing left behind."""

import atexit
import os
import shutil
import tempfile
import uuid

_data_dir = tempfile.mkdtemp(prefix="spine-cds-test-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["SPINE_CDS_DATA_DIR"] = _data_dir
os.environ["SPINE_CDS_ENV"] = "development"
# A queue of its own: a worker of another run must not take this run's tasks.
os.environ["SPINE_CDS_QUEUE"] = f"test-{uuid.uuid4().hex}"

from spine_cds.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A suite that types faster than anybody; the tests of the limits set their own.
UNSAFE_REQUESTS_A_MINUTE: dict[str, int] = {}
# Static files are looked up when asked for, not for each test's new client.
WHITENOISE_AUTOREFRESH = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Tasks run where they are rung, except in tests that ask for the real worker.
EMBEDDED_WORKER = False
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
