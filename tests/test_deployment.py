"""What stands beside the code: containers, pins, pictures of the page."""

import re
from pathlib import Path

import pytest
import yaml

from scripts import licences

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


def test_the_proxy_alone_is_open_to_other_hosts(services):
    open_to_others = {name: s["ports"] for name, s in services.items() if "ports" in s}
    assert open_to_others == {"proxy": ["80:80", "443:443"]}


def test_each_queue_has_a_worker_in_containers_and_on_plain_hosts(services, settings):
    own = settings.CELERY_TASK_DEFAULT_QUEUE
    queues = {q.replace(own, "spine-cds", 1) for q in settings.CELERY_TASK_QUEUES}
    texts = [s.get("command", "") for s in services.values()]
    units = (ROOT / "deploy/systemd").glob("*.service")
    for commands in (texts, [unit.read_text() for unit in units]):
        named = {m for c in commands for m in re.findall(r"--queues (\S+)", c)}
        assert named == queues


def test_every_unit_of_the_target_is_there():
    folder = ROOT / "deploy/systemd"
    wanted = re.search(r"Wants=(.*)", (folder / "spine-cds.target").read_text())[1]
    for name in wanted.split():
        assert (folder / name).exists()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(name):
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9][\w.-]*)==\S+ \\\n    --hash=sha256:", text, re.M)
    lines = re.findall(r"^[a-z0-9].*", text, re.M)
    assert len(pins) == len(lines) > 20
    assert not re.search(r"index-url|find-links|trusted-host|file://|https?://", text)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_what_is_locked(name):
    asked = re.findall(
        r"^(\w[\w.-]+)(?:\[\w+\])?(==\S+)", (ROOT / f"{name}.in").read_text(), re.M
    )
    locked = (ROOT / f"{name}.txt").read_text(encoding="utf-8").lower()
    pins = ["".join(pin).lower() for pin in asked]
    missing = [pin for pin in pins if f"\n{pin} \\\n" not in locked]
    assert not missing


def test_every_make_target_named_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for document in ("README.md", "docs/operations.md", ".ci/run"):
        named = re.findall(
            r"(?:^|`|&& |exec )make ([a-z-]+)", (ROOT / document).read_text(), re.M
        )
        assert set(named) <= targets, document


def test_the_licence_of_every_package_is_listed():
    assert (ROOT / "docs/licences.md").read_text(encoding="utf-8") == licences.page()
