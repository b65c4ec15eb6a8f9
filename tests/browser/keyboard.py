"""Somebody who has a keyboard and no mouse: reaches things by the Tab key and sees where they are."""

from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import ElementHandle, Page

# More stops than any page of the workspace has.
MOST_STOPS = 250
# What shows where the keyboard is.
RING = "element => { const s = getComputedStyle(element); return [s.outlineStyle, s.outlineWidth, s.outlineColor]; }"
PLACE = "element => { const b = element.getBoundingClientRect(); return [b.left + scrollX, b.top + scrollY]; }"


@dataclass
class Keyboard:
    """The keys pressed on `page`. Every stop of the Tab key is asked to show itself."""

    page: Page

    def tab(self) -> None:
        """Go on to the next thing. It must have an outline now, and look otherwise when it is left."""
        left = self.here()
        self.page.keyboard.press("Tab")
        here = self.here()
        # The parts of a date are stops of one field.
        if here.evaluate("(element, other) => element === other", left):
            return
        shown = left.evaluate("element => element.ring || null")
        assert shown is None or shown != left.evaluate(RING), f"the focus does not show on {self.name(left)}"
        if here.evaluate("element => element !== document.body"):
            style, width, _colour = here.evaluate(f"element => element.ring = ({RING})(element)")
            assert style != "none", f"no outline on {self.name(here)}"
            assert width != "0px", f"no outline on {self.name(here)}"

    def name(self, element: ElementHandle) -> str:
        return str(element.evaluate("element => element.outerHTML.slice(0, 150)"))

    def here(self) -> ElementHandle:
        """Return what has the focus."""
        found = self.page.evaluate_handle("document.activeElement").as_element()
        assert found is not None
        return found

    def reach(self, selector: str) -> None:
        """Press the Tab key until what fits `selector` has the focus."""
        for _n in range(MOST_STOPS):
            if self.here().evaluate("(element, selector) => element.matches(selector)", selector):
                return
            self.tab()
        raise AssertionError(f"the Tab key does not reach {selector}")

    def follow(self, selector: str) -> None:
        """Reach a link or a button, press Enter, and wait for the page that it leads to."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, selector: str, text: str) -> None:
        """Reach a field and put `text` in place of what it holds."""
        self.reach(selector)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    def choose(self, selector: str, text: str) -> None:
        """Reach a list to choose from and type the beginning of an entry."""
        self.reach(selector)
        self.page.keyboard.type(text)

    def tick(self, name: str, value: str) -> None:
        """Reach a group of radio buttons and go down it to the one with `value`."""
        self.reach(f"[name={name}]")
        for _n in range(20):
            if self.page.evaluate(f"document.querySelector('[name={name}]:checked')?.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {name} {value}")

    def skip(self) -> None:
        """Take the first thing of a page, the link past its head, to the first thing of its content."""
        # A form sent from behind that link leads to behind it: browsers keep the place through a redirect.
        if not self.page.url.endswith("#content-start"):
            self.tab()
            link = self.here()
            assert link.get_attribute("class") == "skip-to-content-link", self.name(link)
            assert link.evaluate("element => element.getBoundingClientRect().top >= 0"), "the skip link stays hidden"
            self.page.keyboard.press("Enter")
        self.tab()
        assert self.here().evaluate("element => Boolean(element.closest('main'))"), self.name(self.here())

    def stops(self) -> list[tuple[float, float]]:
        """Go through the content of a page; return where each stop of the Tab key is, from left and top."""
        self.skip()
        found = []
        for _n in range(MOST_STOPS):
            if not self.here().evaluate("element => Boolean(element.closest('main'))"):
                return found
            left, top = self.here().evaluate(PLACE)
            found.append((left, top))
            self.tab()
        raise AssertionError("the Tab key does not leave the page")


def climbs(stops: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the stops that stand higher than the one before them: on a phone, where all is one column, none should."""
    return [after for before, after in pairwise(stops) if after[1] < before[1] - 12]
