"""A report from click to paper through the real queue and a real worker."""

from pathlib import Path


def test_a_real_worker_makes_the_report_and_the_page_shows_it_by_itself(
    celery_worker_process, as_person, dr_surgeon, advice_on
):
    advice = advice_on("Schmidt")
    surgeon = as_person(dr_surgeon, f"/recommendations/{advice.pk}/")
    surgeon.click("Make a PDF report")
    surgeon.reads("The report is ready.")
    with surgeon.page.expect_download() as download:
        surgeon.click("Download the PDF")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
