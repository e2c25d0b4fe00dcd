"""A person at a page: reads its words, clicks what is seen, types into what has a name.

Questions are found by their words on screen, never by the names in the code.
"""

import re

from playwright.sync_api import Locator, Page, expect

SECONDS = 10_000
PASSWORD = "a-long-passphrase"  # as tests.conftest.a_user sets it
expect.set_options(timeout=SECONDS)


def label_of(words: str) -> re.Pattern[str]:
    """These words, with the mark of what is required or what the rules need."""
    return re.compile(rf"^{re.escape(words)}(\*| ◆.*)?$")


class Person:
    """Wraps a page, and everything under it (`within`) in the same words."""

    def __init__(self, page: Page, area: Locator | None = None) -> None:
        self.page = page
        self.area: Page | Locator = page if area is None else area

    def within(self, area: Locator) -> "Person":
        return Person(self.page, area)

    def section(self, title: str) -> "Person":
        """A named region of the page: a section of the form, a panel, a disc."""
        return self.within(self.area.get_by_role("region", name=title, exact=True))

    def click(self, words: str) -> None:
        """A button or a link by exactly its words."""
        self.control(words).click()

    def control(self, words: str) -> Locator:
        named = {"name": words, "exact": True}
        button = self.area.get_by_role("button", **named)
        return button.or_(self.area.get_by_role("link", **named))

    def evaluates(self) -> None:
        """Presses the button of the case form and gets to the recommendation."""
        self.click("Evaluate")
        self.page.wait_for_url("**/recommendations/*/")

    def field(self, label: str) -> Locator:
        """A text field by its label."""
        return self.area.get_by_role("textbox", name=label_of(label))

    def signs(self) -> None:
        """Gives the password again."""
        self.area.get_by_label("Your password").fill(PASSWORD)

    def types(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def question(self, words: str) -> Locator:
        """A question with answers to pick from."""
        return self.area.get_by_role("group", name=label_of(words))

    def picks(self, words: str, answer: str) -> None:
        """Clicks the answer that is seen, as a mouse or a finger does."""
        offered = self.question(words).locator("label").get_by_text(answer, exact=True)
        offered.filter(visible=True).click()

    def answers(self, asked: dict[str, str | float]) -> None:
        """Numbers are typed, words are picked."""
        for words, answer in asked.items():
            if isinstance(answer, str):
                self.picks(words, answer)
            else:
                self.types(words, f"{answer:g}")

    def points_at_disc(self, level: str) -> None:
        """Clicks on the drawing of the spine, where that disc is drawn."""
        disc = self.page.locator(f".spine-disc-{level} path").first
        disc.scroll_into_view_if_needed()
        box = disc.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.click(x, y)

    def reads(self, *texts: str) -> None:
        """Sees each text."""
        for text in texts:
            expect(self._seen(text).first).to_be_visible()

    def reads_no(self, *texts: str) -> None:
        for text in texts:
            expect(self._seen(text)).to_have_count(0)

    def _seen(self, text: str) -> Locator:
        return self.area.get_by_text(text).filter(visible=True)

    def is_at(self, heading: str | re.Pattern[str]) -> None:
        found = self.area.get_by_role("heading", name=heading)
        expect(found.first).to_be_visible()

    def order_of_headings(self) -> list[str]:
        headings = self.page.locator("main :is(h1, h2)").all_inner_texts()
        return [" ".join(text.split()) for text in headings]
