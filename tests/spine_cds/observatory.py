"""The grade that Mozilla's HTTP Observatory would give an answer, by its own method.

Its list of scores (mozilla/http-observatory, httpobs/docs/scoring.md, February 2024):
a baseline of 100, penalties, and bonuses that count only from 90 on. What it can learn
of a site from outside alone (the preload list) earns nothing here.
"""

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie

GRADES = ((100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (0, "worse"))
SIX_MONTHS = 15768000
PRIVATE_REFERRER = {
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}


def directives(policy: str) -> dict[str, list[str]]:
    """A content security policy as directive -> sources."""
    found = {}
    for part in policy.lower().split(";"):
        name, *sources = part.split() or [""]
        if name:
            found[name] = sources
    return found


def _policy(headers: Mapping[str, str]) -> int:
    if "Content-Security-Policy" not in headers:
        return -25
    found = directives(headers["Content-Security-Policy"])
    default = found.get("default-src", ["*"])
    scripts, styles = found.get("script-src", default), found.get("style-src", default)
    active = [*scripts, *styles, *found.get("object-src", default)]
    if any(source in {"*", "http:", "https:", "data:"} for source in scripts):
        return -20
    if "'unsafe-inline'" in scripts or any(s.startswith("http:") for s in active):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if default == ["'none'"] else 5


def _cookies(cookies: SimpleCookie) -> int:
    if not cookies:
        return 0
    if not all(cookie["secure"] for cookie in cookies.values()):
        return -40
    if not all(cookie["httponly"] for cookie in cookies.values()):
        return -30
    return 5 if all(cookie["samesite"] for cookie in cookies.values()) else 0


def _transport(headers: Mapping[str, str]) -> int:
    age = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    if not age:
        return -20
    return 0 if int(age[1]) >= SIX_MONTHS else -10


def _frames(headers: Mapping[str, str]) -> int:
    policy = directives(headers.get("Content-Security-Policy", ""))
    if "frame-ancestors" in policy:
        return 5
    return 0 if headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else -20


def _referrer(headers: Mapping[str, str]) -> int:
    policy = headers.get("Referrer-Policy", "")
    if not policy:
        return 0
    return 5 if policy in PRIVATE_REFERRER else -5


def _scripts(text: str) -> int:
    """From elsewhere without a hash of the content: not here, or not at all."""
    foreign = re.findall(r'<script[^>]+src="(?:https?:)?//', text)
    return -50 if foreign else 0


def score(headers: Mapping[str, str], cookies: SimpleCookie, text: str = "") -> int:
    """The points of an answer sent over HTTPS."""
    sharing = headers.get("Access-Control-Allow-Origin")
    resource = headers.get("Cross-Origin-Resource-Policy")
    points = [
        _policy(headers),
        _cookies(cookies),
        -50 if sharing == "*" else 0,
        _transport(headers),
        _frames(headers),
        _referrer(headers),
        _scripts(text),
        0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        -5 if resource == "cross-origin" else 0,
    ]
    penalties = 100 + sum(point for point in points if point < 0)
    bonuses = sum(point for point in points if point > 0)
    return max(penalties + (bonuses if penalties >= 90 else 0), 0)


def grade(points: int) -> str:
    return next(name for least, name in GRADES if points >= least)
