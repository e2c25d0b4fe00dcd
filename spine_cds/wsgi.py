"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from spine_cds.celery import start_embedded_worker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spine_cds.settings")

application = get_wsgi_application()
start_embedded_worker()
