"""Take the pictures of the README anew: ``make pictures``.

The demo data in a folder of its own, served as `make run` serves it, seen by Chromium;
the report's first page by pdftoppm (Debian: poppler-utils). Not a test.
"""

import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.services import chromium
from tests.treatments.reports.embedded_site import ROOT, embedded_site, prepare

IMAGES = ROOT / "docs" / "images"
PATIENT = "Castillo, Inés"
# Colours of a picture: enough for flat pages, and a third of the bytes.
COLOURS = 128
WIDTH = 1280
MARGIN = 16


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        embedded_site(prepare(Path(folder))) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium.path(), args=["--no-sandbox"]
        )
        page = browser.new_page(
            base_url=f"http://{site.address}",
            viewport={"width": WIDTH, "height": 900},
        )
        sign_in(page)
        page.get_by_role("link", name=PATIENT).click()
        page.get_by_role("heading", name="Options to consider").wait_for()
        ladder(page)
        report(page)
        case_form(page)
        browser.close()


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("surgeon")
    page.get_by_label("Password").fill("demo-surgeon-2026")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Cases").wait_for()


def ladder(page: Page) -> None:
    """The drawn ladder and what is advised."""
    options = page.get_by_role("region", name="Options to consider", exact=True)
    top = options.bounding_box()["y"] - MARGIN
    drawing = options.get_by_role("img").bounding_box()
    clip = {"x": 0, "y": top, "width": WIDTH}
    clip["height"] = drawing["y"] + drawing["height"] + MARGIN - top
    save(page.screenshot(full_page=True, clip=clip), "ladder")


def report(page: Page) -> None:
    """The first sheet of paper."""
    page.get_by_role("button", name="Make a PDF report").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    pdf = download.value.path()
    command = ["pdftoppm", "-png", "-singlefile", "-r", "90", str(pdf)]
    save(subprocess.run(command, check=True, capture_output=True).stdout, "report")
    page.get_by_role("link", name="Back to the recommendation").click()


def case_form(page: Page) -> None:
    """The discs on the drawn spine, with the findings of one."""
    page.get_by_role("link", name="Correct or complete").click()
    imaging = page.get_by_role("region", name="Imaging", exact=True)
    imaging.wait_for()
    page.locator("#heading-discs").evaluate(
        "heading => heading.scrollIntoView({ behavior: 'instant' })"
    )
    save(page.screenshot(), "case-form")


def save(png: bytes, name: str) -> None:
    path = IMAGES / f"{name}.png"
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
