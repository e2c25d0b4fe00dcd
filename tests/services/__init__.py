"""The services that the suite needs: PostgreSQL, Redis and a browser.

``python -m tests.services [pytest arguments]`` starts those that were not given by
DATABASE_URL and REDIS_URL, runs the suite, and stops them again.
"""
