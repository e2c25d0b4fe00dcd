"""A person without a mouse: Tab, Shift+Tab, Space, Enter, arrows, and letters.

Wherever the focus comes to rest it must be seen: marked, and not hidden behind
something (WCAG 2.2: 2.4.7, 2.4.11).
"""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.person import label_of

STOPS = 250  # more than the longest page has
_FOCUS = """() => {
  const at = document.activeElement;
  const words = (of) => (of?.innerText ?? "").replace(/\\s+/g, " ").trim();
  const label = at.labels?.[0];
  const group = at.type === "radio" && at.closest("fieldset, [role=radiogroup]");
  const titled = group && group.getAttribute("aria-labelledby");
  const question = titled ? document.getElementById(titled) : group && group.querySelector("legend");
  // Some radio buttons are drawn as their labels alone.
  const drawn = getComputedStyle(at).opacity === "0" ? label : at;
  const places = [drawn, at.closest(".input-group") ?? drawn];
  // Within a date field the browser marks its own button, which no style can tell.
  const isBrowsersOwn = at.type === "date" && !at.matches(":focus");
  const isMarked = isBrowsersOwn || places.some((place) => {
    const style = getComputedStyle(place);
    return (style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none";
  });
  // Not hidden entirely: of a field that is typed into, the browser shows the caret's line.
  const shares = [0.1, 0.5, 0.9];
  const isSeen = places.some((place) => [...place.getClientRects()].some((box) =>
    shares.some((across) => shares.some((down) => {
      const hit = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
      return hit && (place.contains(hit) || hit.contains(at) && hit !== document.body && hit !== document.documentElement);
    }))));
  return {
    name: label ? words(label) : (at.getAttribute("aria-label") ?? (words(at) || at.value || "")),
    question: words(question), checked: Boolean(at.checked), tag: at.tagName,
    isMarked, isSeen,
  };
}"""  # noqa: E501


@dataclass(frozen=True)
class Focus:
    """What has the focus: its own words, and the question it belongs to."""

    name: str
    question: str
    checked: bool
    tag: str
    isMarked: bool  # noqa: N815
    isSeen: bool  # noqa: N815

    def is_on(self, words: str | re.Pattern[str]) -> bool:
        pattern = label_of(words) if isinstance(words, str) else words
        return any(pattern.match(text) for text in (self.name, self.question))


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page
        page.emulate_media(reduced_motion="reduce")  # no waiting for smooth scrolls

    @property
    def focus(self) -> Focus:
        return Focus(**self.page.evaluate(_FOCUS))

    def focus_at_rest(self) -> Focus:
        """The focus once the page has scrolled to it, and its mark has faded in."""
        for _ in range(50):
            focus = self.focus
            if focus.isSeen and focus.isMarked:
                break
            self.page.wait_for_timeout(20)
        return focus

    def tabs_to(self, words: str | re.Pattern[str], *, back: bool = False) -> None:
        """Tab, or Shift+Tab, until the focus is on these words."""
        passed = []
        for _ in range(STOPS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            focus = self.focus_at_rest()
            if focus.tag == "BODY":
                continue  # past the end, the browser begins anew
            where = f"{focus.question} {focus.name} ({focus.tag}) on {self.page.url}"
            assert focus.isMarked, f"the focus is not shown on {where}"
            assert focus.isSeen, f"the focus is hidden behind something: {where}"
            if focus.is_on(words):
                return
            passed.append(focus.question or focus.name)
        raise AssertionError(f"Tab never comes to {words!r}, only to {passed}")

    def types(self, label: str, text: str) -> None:
        self.tabs_to(label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def chooses(self, label: str, option: str) -> None:
        """Tab to a list, then type what is chosen from it."""
        self.tabs_to(label)
        self.page.keyboard.type(option)

    def picks(self, question: str, answer: str) -> None:
        """Tab to the question, then arrows to the answer."""
        self.tabs_to(question)
        for _ in range(10):
            focus = self.focus
            if re.match(rf"{re.escape(answer)}\b", focus.name):
                if not focus.checked:
                    self.page.keyboard.press("Space")
                assert self.focus.checked
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {answer!r} of {question!r}")

    def answers(self, asked: dict[str, str | float]) -> None:
        for words, answer in asked.items():
            if isinstance(answer, str):
                self.picks(words, answer)
            else:
                self.types(words, f"{answer:g}")

    def presses(self, words: str | re.Pattern[str], key: str = "Enter") -> None:
        """Tab to a button, a link, or what can be unfolded, and use it."""
        self.tabs_to(words)
        self.page.keyboard.press(key)

    def arrives(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", name=heading).first).to_be_visible()
