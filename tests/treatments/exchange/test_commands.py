"""The two commands: a version to a file, and what a file would import."""

import copy
import io
import zipfile

import pytest
from django.core.management import CommandError, call_command

from spine_cds.audit.models import Event
from tests.treatments.exchange.test_round_trips import SHIPPED
from treatments.engine import Ruleset, document_hash, load_ruleset
from treatments.exchange import FORMATS, export, read
from treatments.models import RulesetVersion
from treatments.rulebook.services import ruleset_load


def output_of(*arguments):
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def put(tmp_path, found, name="dmn"):
    path = tmp_path / f"rules{FORMATS[name].suffix}"
    path.write_bytes(export(found, name))
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_the_live_version_as_the_database_keeps_it_comes_back(version, tmp_path, name):
    path = tmp_path / f"rules{FORMATS[name].suffix}"
    assert str(path) in output_of("export_ruleset", "live", name, path)
    assert document_hash(read(path.read_bytes(), path.name)) == version.sha256
    assert "It is the live ruleset, unchanged." in output_of("import_ruleset", path)


def test_a_version_is_found_by_its_number_or_the_start_of_its_hash(version, tmp_path):
    for name in (version.version, version.sha256[:8]):
        assert "KiB" in output_of("export_ruleset", name, "json", tmp_path / "a.json")
    with pytest.raises(CommandError, match=r"No version is '9.9'[^$]*2\.0\.0"):
        output_of("export_ruleset", "9.9", "json", tmp_path / "a.json")


def test_two_versions_of_one_number_are_told_apart(version, tmp_path):
    other = copy.deepcopy(SHIPPED)
    other["metadata"]["title"] = "Another"
    ruleset_load(ruleset=Ruleset.from_document(other))
    with pytest.raises(CommandError, match="Several versions are"):
        output_of("export_ruleset", version.version, "json", tmp_path / "a.json")


@pytest.mark.django_db
def test_without_a_live_ruleset_there_is_nothing_to_export(tmp_path):
    with pytest.raises(CommandError, match="No version is 'live'"):
        output_of("export_ruleset", "live", "json", tmp_path / "a.json")
    path = put(tmp_path, SHIPPED)
    assert "No ruleset is live to compare it with." in output_of("import_ruleset", path)


def test_an_import_says_what_differs_and_stores_nothing(version, tmp_path):
    found = copy.deepcopy(SHIPPED)
    found["metadata"]["version"] = "1.1.0"
    triage = next(t for t in found["tables"] if t["id"] == "triage")
    triage["rules"][0]["rationale"] = "Reworded."
    triage["rules"][1], triage["rules"][2] = triage["rules"][2], triage["rules"][1]
    removed = found["tables"][-1]["rules"].pop()
    found["rungs"][0]["title"] = "Care"
    events = Event.objects.count()
    lines = output_of("import_ruleset", put(tmp_path, found, "xlsx")).splitlines()
    assert "metadata: changed" in lines
    assert "rungs: changed CONS" in lines
    assert f"table triage: changed {triage['rules'][0]['id']}" in lines
    assert "table triage: in another order" in lines
    assert f"table hybrid: removed {removed['id']}" in lines
    assert lines[-1] == "It can be loaded. Nothing was stored."
    assert RulesetVersion.objects.get() == version
    assert Event.objects.count() == events


def test_an_import_that_cannot_be_published_says_why(version, tmp_path):
    found = copy.deepcopy(SHIPPED)
    found["tables"][-1]["rules"][0]["sources"] = []
    with pytest.raises(CommandError, match="sources are missing: cite at least one"):
        output_of("import_ruleset", put(tmp_path, found))


@pytest.mark.django_db
def test_a_bad_file_is_refused_with_its_place(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text("{")
    with pytest.raises(CommandError, match=r"refused\.\nrules\.json: is not JSON"):
        output_of("import_ruleset", path)
    with pytest.raises(CommandError, match="No such file"):
        output_of("import_ruleset", tmp_path / "nowhere.json")


def test_an_unzipped_export_is_loaded_by_load_ruleset(version, tmp_path):
    zipfile.ZipFile(put(tmp_path, SHIPPED, "csv")).extractall(tmp_path / "rules")
    assert version.short_sha256 in output_of("load_ruleset", tmp_path / "rules")
    assert load_ruleset(tmp_path / "rules").sha256 == version.sha256
