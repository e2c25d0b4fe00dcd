"""The one canonical form of a JSON value, and its hash: kept to be proved later.

Keys sorted, no white space, ASCII alone. The content hash of a *ruleset* is another
one, ``treatments.engine.document_hash``: the exchange format fixes it as UTF-8.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any


def canonical_json(value: Any, *, default: Callable[[Any], str] | None = None) -> bytes:
    """The bytes of a JSON value; `default` makes text of what is no JSON, as a UUID.

    Raises:
        TypeError: something in it is no JSON, and there is no `default`.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=default)
    return text.encode("ascii")


def canonical_sha256(value: Any, *, default: Callable[[Any], str] | None = None) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value, default=default)).hexdigest()
