"""Rate limits, and the cache they count in, which may be away."""

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCache
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from spine_cds import resilient_cache as steady

EXTEND = "/accounts/session/"


@pytest.fixture(autouse=True)
def _three_a_minute(settings, monkeypatch):
    cache.clear()
    settings.UNSAFE_REQUESTS_A_MINUTE = {"user": 3, "address": 3, "sign-in": 2}
    # A minute that does not end in the middle of a test.
    monkeypatch.setattr(
        "spine_cds.accounts.rate_limits.time.time", lambda: 1_800_000_000.0
    )


def codes(client, path: str, times: int, **data) -> list[int]:
    return [client.post(path, data).status_code for _ in range(times)]


def test_a_person_is_stopped_who_sends_more_than_anybody_types(client, dr_surgeon):
    client.force_login(dr_surgeon)
    assert codes(client, EXTEND, 4) == [204, 204, 204, 429]
    answer = client.post(EXTEND)
    assert answer.headers["Retry-After"] == "60"
    assert "wait a minute" in answer.content.decode()
    assert client.get(reverse("accounts:account")).status_code == 200


def test_one_person_does_not_stop_another(client, dr_surgeon, dr_resident):
    client.force_login(dr_surgeon)
    codes(client, EXTEND, 5)
    client.force_login(dr_resident)
    assert codes(client, EXTEND, 1) == [204]


def test_the_sign_in_has_a_limit_of_its_own(client, dr_surgeon):
    data = {"username": "dr_nobody", "password": "wrong"}
    assert codes(client, "/accounts/login/", 3, **data) == [200, 200, 429]
    assert codes(client, "/accounts/second-factor/sign-in/", 1) == [429]
    elsewhere = client.post("/accounts/login/", data, REMOTE_ADDR="192.0.2.1")
    assert elsewhere.status_code == 200


def test_what_is_only_read_is_not_counted(client, dr_surgeon):
    client.force_login(dr_surgeon)
    for _ in range(5):
        assert client.get(reverse("accounts:account")).status_code == 200
    assert codes(client, EXTEND, 1) == [204]


# --- The cache is away ----------------------------------------------------------------


@pytest.fixture
def without_redis(settings, monkeypatch):
    """The cache of production, at an address where nothing listens."""
    settings.CACHES = {
        "default": {
            "BACKEND": "spine_cds.resilient_cache.SteadyCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "KEY_PREFIX": "spine-cds",
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},
        }
    }
    caches["default"].clear()
    yield
    caches["default"].clear()


@pytest.mark.usefixtures("without_redis")
def test_a_page_never_fails_because_the_cache_is_away(client, dr_surgeon):
    right = {"username": "dr_surgeon", "password": "a-long-passphrase"}
    assert client.post("/accounts/login/", right).status_code == 302
    assert client.post(EXTEND).status_code == 204


@pytest.mark.usefixtures("without_redis")
def test_the_limits_hold_within_a_process_while_it_is_away(client, dr_surgeon):
    client.force_login(dr_surgeon)
    assert codes(client, EXTEND, 4) == [204, 204, 204, 429]


@pytest.mark.usefixtures("without_redis")
def test_the_cache_is_asked_again_after_a_pause(monkeypatch):
    now, asked = [1000.0], []
    monkeypatch.setattr(steady.time, "monotonic", lambda: now[0])

    def away(*args, **kwargs):
        asked.append(args)
        raise RedisAway

    monkeypatch.setattr(RedisCache, "get", away)
    caches["default"]._away_until = 0.0
    for passed in (0, steady.PAUSE - 1, steady.PAUSE + 1):
        now[0] = 1000.0 + passed
        assert caches["default"].get("x", "missing") == "missing"
    assert len(asked) == 1 + 1
