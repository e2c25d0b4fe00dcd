"""Embedded mode, as a newcomer runs it: nothing installed, nothing lost."""

import shutil

import pytest

from tests.treatments.reports import pdf_reading as pdf
from tests.treatments.reports.embedded_site import EmbeddedSite, embedded_site


@pytest.fixture(scope="module")
def site(demo_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("embedded") / "data"
    with embedded_site(shutil.copytree(demo_data, folder)) as site:
        yield site


def test_a_click_becomes_a_pdf_without_any_broker(site: EmbeddedSite):
    path = site.ask_for_report(site.recommendations()[0])
    assert "page 1 of" in pdf.pages(site.wait_for_report(path))[0]


def test_a_burst_of_clicks_becomes_as_many_reports(site: EmbeddedSite):
    paths = [site.ask_for_report(each) for each in site.recommendations()[:8]]
    documents = {site.wait_for_report(path) for path in paths}
    assert len(documents) == len(paths) == 8


def test_a_queue_lost_with_its_process_is_rung_again_at_the_next_start(
    site: EmbeddedSite,
):
    path = site.ask_for_report(site.recommendations()[0])
    site.wait_for_report(path)
    assert site.stop() < 15, "a graceful stop takes some seconds, no kill is needed"
    # As a process killed before its worker came to the row would have left it.
    with site.database() as database:
        database.execute("DROP TRIGGER guard_treatments_report_update")
        database.execute(
            "UPDATE treatments_report SET state='queued', document=NULL, sha256='',"
            " finished_at=NULL, rung_at='2020-01-01 00:00:00' WHERE id = ?",
            [path.split("/")[2].replace("-", "")],
        )
        database.commit()
    site.start()
    assert site.wait_for_report(path).startswith(b"%PDF")


def test_the_log_of_the_site_holds_nothing_of_patients_and_no_fault(site: EmbeddedSite):
    log = site.log.read_text()
    assert "DEMO-" not in log
    assert "Traceback" not in log
    assert "fell over" not in log
