# One image, several commands: web, worker, beat (see compose.yaml).
FROM python:3.11-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY manage.py CHANGELOG.md ./
COPY spine_cds spine_cds
COPY patients patients
COPY treatments treatments
COPY templates templates
COPY static static
COPY deploy deploy
# Nothing here is a secret: the values only let the settings load while building.
RUN SPINE_CDS_ENV=production SECRET_KEY=unused-while-building ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgresql://localhost/unused REDIS_URL=redis://localhost/0 \
    python manage.py collectstatic --noinput --verbosity 0
USER 65534:65534
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py"]
