"""Whatever happens to a good file, it is read or refused; nothing else."""

import io
import json
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.treatments.exchange.documents import NASTY
from tests.treatments.exchange.test_round_trips import small
from treatments.engine import Ruleset, RulesetError
from treatments.exchange import FORMATS, ImportRefusedError, export, read

several = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
FILES = {name: export(small(), name) for name in FORMATS}
SPLICES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(NASTY).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from([b"[", b"{", b'"', b"<", b">", b"null", b"[]", b"{}", b",", b"\n"]),
)


def fine(data, filename):
    """Reads the file, and checks what it holds; either may be refused."""
    with suppress(ImportRefusedError, RulesetError):
        Ruleset.from_document(read(data, filename))


def mutated(draw, data):
    """Some bytes cut out here and there, and others put in."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.sampled_from([0, 0, 1, 2, 10, 200]))
        data = data[:at] + draw(SPLICES) + data[at + cut :]
    return data


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@several
def test_a_file_with_changed_bytes_is_read_or_refused(name, data):
    fine(mutated(data.draw, FILES[name]), "a" + FORMATS[name].suffix)


@pytest.mark.parametrize("name", ["csv", "xlsx"])
@given(data=st.data())
@several
def test_a_zip_with_changed_files_is_read_or_refused(name, data):
    archive = zipfile.ZipFile(io.BytesIO(FILES[name]))
    found = {member: archive.read(member) for member in archive.namelist()}
    for member in data.draw(members(sorted(found))):
        if data.draw(st.integers(0, 9)):
            found[member] = mutated(data.draw, found[member])
        else:
            del found[member]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for member, content in found.items():
            out.writestr(member, content)
    fine(target.getvalue(), "a" + FORMATS[name].suffix)


def members(names):
    return st.lists(st.sampled_from(names), max_size=3, unique=True)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NASTY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "a", "kind", "rules"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)


@given(data=st.data())
@several
def test_a_document_with_changed_values_is_read_or_refused(data):
    """Any value in any place: what is accepted never breaks the engine's checks."""
    found = small()
    for _ in range(data.draw(st.integers(1, 3))):
        holder = found
        while True:
            keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
            if not keys:
                break
            key = data.draw(st.sampled_from(list(keys)))
            deeper = isinstance(holder[key], (dict, list))
            if deeper and holder[key] and data.draw(st.integers(0, 4)):
                holder = holder[key]
                continue
            if isinstance(holder, dict) and not data.draw(st.integers(0, 3)):
                del holder[key]
            else:
                holder[key] = data.draw(values)
            break
    fine(json.dumps(found).encode(), "a.json")
