"""What stands beside the code: containers, pins, pictures of the page."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def services() -> dict:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["services"]


def test_compose_runs_the_three_processes_and_their_services(services):
    assert {"web", "worker", "beat", "postgres", "redis"} <= services.keys()
    for name in ("web", "worker", "beat"):
        service = services[name]
        assert service["environment"]["SPINE_CDS_ENV"] == "production"
        needed = service["depends_on"]
        assert needed["migrate"]["condition"] == "service_completed_successfully"


def test_compose_opens_no_port_to_other_hosts(services):
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(name):
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9][\w.-]*)==\S+ \\\n    --hash=sha256:", text, re.M)
    lines = re.findall(r"^[a-z0-9].*", text, re.M)
    assert len(pins) == len(lines) > 20
    assert not re.search(r"index-url|find-links|trusted-host|file://|https?://", text)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_what_is_locked(name):
    asked = re.findall(r"^(\w\S+==\S+)", (ROOT / f"{name}.in").read_text(), re.M)
    locked = (ROOT / f"{name}.txt").read_text(encoding="utf-8").lower()
    missing = [pin for pin in asked if f"\n{pin.lower()} \\\n" not in locked]
    assert not missing


def test_every_make_target_named_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for document in ("README.md", "docs/operations.md", ".ci/run"):
        named = re.findall(
            r"(?:^|`|&& |exec )make ([a-z-]+)", (ROOT / document).read_text(), re.M
        )
        assert set(named) <= targets, document
