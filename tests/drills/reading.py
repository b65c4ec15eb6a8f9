"""How reading bears damage: many random edits of the source texts, and what became of every point.

    python -m tests.drills.reading [--edits 500] [--seed 2031] [--to FILE]

The same seed makes the same edits. The table goes to docs/drills/reading.md; progress to standard error.
"""

import argparse
import datetime as dt
import os
import platform
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.importer.damage import KINDS, Edit, Outcome, damaged, outcome, sentence_cuts  # noqa: E402
from tests.importer.ground import Ground, survey  # noqa: E402
from tests.sources import ROOT, SOURCES, TEXTS  # noqa: E402
from tracker.importer import layouts  # noqa: E402
from tracker.importer.source import read_file  # noqa: E402

TO = ROOT / "docs" / "drills" / "reading.md"
NAMES = dict(zip(TEXTS, ("Country report", "Questionnaire"), strict=True))
SEED = "2031"
EDITS = 500
_COUNTED = [one.name for one in fields(Outcome) if one.type in (int, "int")]


@dataclass
class Tally:
    """The sums of many outcomes, and what was worth a look of its own."""

    sums: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, Edit | None] = (0.0, None)

    def add(self, edit: Edit, result: Outcome) -> None:
        self.sums.update({name: getattr(result, name) for name in _COUNTED})
        self.sums.update(edits=1, untouched=not edit.points, ambiguous=edit.ambiguous)
        about = f"{edit.kind}, line {edit.line}, {edit.how}, seed {edit.seed}"
        self.faults += [f"{fault} ({about})" for fault in result.faults]
        self.slowest = max(self.slowest, (result.seconds, edit), key=lambda pair: pair[0])


def ground_of(name: str) -> Ground:
    """Return a source text with its undamaged reading and the places where it can be damaged."""
    source = read_file(SOURCES / name)
    return survey(source, layouts.read(source))


def edits(ground: Ground, each: int, seed: str) -> Iterator[Edit]:
    """Return `each` edits of every kind."""
    for kind in KINDS:
        for number in range(each):
            yield damaged(ground, kind, f"{seed}/{kind}/{number}")


def _show(progress: str, *, last: bool) -> None:
    """Show how far it is: on one line of a terminal, elsewhere only at the end."""
    terminal = sys.stderr.isatty()
    if terminal or last:
        print(f"\r{progress}" if terminal else progress, end="\n" if last else "", file=sys.stderr, flush=True)


def run(ground: Ground, each: int, seed: str) -> dict[str, Tally]:
    """Return the tally of each kind of edit, and show how far it is."""
    tallies = {kind: Tally() for kind in KINDS}
    for number, edit in enumerate(edits(ground, each, seed), start=1):
        tallies[edit.kind].add(edit, outcome(ground, edit, layouts.read))
        _show(f"{ground.source.name}: {number} of {each * len(KINDS)}", last=number == each * len(KINDS))
    return tallies


def run_cuts(ground: Ground) -> Tally:
    """Return the tally of all cuts between sentences that no text gives away."""
    tally = Tally()
    for edit in sentence_cuts(ground):
        tally.add(edit, outcome(ground, edit, layouts.read))
    return tally


def memory(edit: Edit) -> float:
    """Return the most memory that reading one damaged text takes, in MB."""
    tracemalloc.start()
    try:
        layouts.read(edit.source)
        return tracemalloc.get_traced_memory()[1] / 1024 / 1024
    finally:
        tracemalloc.stop()


_ROWS = (
    ("Edits", "edits"),
    ("… that touch no point", "untouched"),
    ("**Points not damaged**", "undamaged"),
    ("… found whole", "undamaged_whole"),
    ("… whole, under another running reference, with a warning", "moved"),
    ("… **neither**", "harmed"),
    ("**Points damaged**", "damaged"),
    ("… found whole, no warning", "whole"),
    ("… found whole, with a warning", "whole_with_doubt"),
    ("… changed, with a warning", "changed_with_doubt"),
    ("… missing, named in a warning", "named_missing"),
    ("… **lost in silence**", "lost"),
    ("Points too many, without a warning", "too_many"),
    ("Changed, warned about as before the damage only", "old_doubt_only"),
    ("Edits that the text does not give away", "ambiguous"),
)


def table(tallies: dict[str, Tally]) -> str:
    """Return the figures of one text as a table: a column for every kind of edit, and their sum."""
    columns = [tally.sums for tally in tallies.values()]
    columns.append(sum(columns, Counter()))
    for sums in columns:
        sums["harmed"] = sums["undamaged"] - sums["undamaged_whole"] - sums["moved"]
    lines = [
        f"| | {' | '.join([*tallies, 'all'])} |",
        f"|---|{'---:|' * len(columns)}",
        *(f"| {label} | {' | '.join(str(sums[name]) for sums in columns)} |" for label, name in _ROWS),
    ]
    return "\n".join(lines)


def cuts_line(cuts: Tally) -> str:
    """Return in one sentence what became of the points that were cut between two sentences."""
    sums = cuts.sums
    whole = sums["whole"] + sums["whole_with_doubt"]
    harmed = sums["undamaged"] - sums["undamaged_whole"] - sums["moved"]
    return (
        f"Besides, every cut between two sentences of a point without a number, {sums['edits']} in all: "
        f"{whole} times the point was found whole, {sums['changed_with_doubt']} times changed with a warning, "
        f"{sums['lost']} times lost in silence; {sums['moved']} times another point stood under another running "
        f"reference with a warning, {harmed} times without."
    )


def page(results: dict[str, dict[str, Tally]], cuts: dict[str, Tally], each: int, seed: str) -> str:
    """Return the whole page."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    parts = [
        "# Reading damaged documents",
        f"Written by `make drill` on {today}, Python {platform.python_version()}, Django {django.__version__}, "
        f"seed {seed}, {each} edits of each kind and text. The same seed makes the same edits.",
    ]
    for name, tallies in results.items():
        seconds, edit = max((tally.slowest for tally in tallies.values()), key=lambda pair: pair[0])
        peak = f", with {memory(edit):.1f} MB of memory" if edit else ""
        parts += [f"## {NAMES[name]}", table(tallies), f"The slowest reading took {seconds:.2f} s{peak}."]
        parts += [cuts_line(cuts[name])] if cuts[name].sums else []
    return "\n\n".join([*parts, _LEGEND]) + "\n"


_LEGEND = """\
## What is counted, and how

Every edit is one accident of scanning at a random place between the first point and the last:

- **page break**: a line of a point cut between words, an empty line between, the rest plain or as a list entry; in
  three of five with a page number, a running head or both between: the document's title, its country, a usual word or
  a few invented ones;
- **heading split**: a heading of a section, question or reply, or a sentence that names an addressee, on two lines, in
  the report also with a running head between (the questionnaire does not bear that: points below may change section);
- **number dropped**: the number of a point, sub-point, question, reply or section; a list mark where there is no
  number. The lists inside a reply are its own words and stay;
- **line doubled**: a line of a point or a heading stands twice in a row;
- **footnote moved**: a footnote set between two other lines, or into the middle of one. The questionnaire has none;
  there one is invented.

A point is *damaged* if the edit touched a line of its text, sub-points or reply, or a heading that names it alone
(“Question 7”, “Reply to …”); where a section lost its number, all its points are. A section's heading that was split
or doubled damages no point. *Whole* is the same reference, section, addressee, deadline, text, sub-points and reply,
letter for letter; of a damaged point word for word, as a break may add a paragraph or a list mark. What is compared
is what an import finds, into a catalogue that has every point and no wording: its warnings are among those counted.

An edit that the text *does not give away* cuts a point of a list without numbers between two sentences, or takes away
the mark of an entry: what is left reads as well as a list of one more or one less. Only the number of points in the
catalogue tells, and the points after it may stand under *another running reference, with a warning*, for a person to
put right before accepting.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.reading", description="How reading bears damage.")
    parser.add_argument("--edits", type=int, default=EDITS, help="edits of each text")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    if not SOURCES.is_dir():
        print("The source texts are not on this machine; they may not be published with the project.", file=sys.stderr)
        return 2
    each = options.edits // len(KINDS)
    grounds = {name: ground_of(name) for name in NAMES}
    results = {name: run(ground, each, options.seed) for name, ground in grounds.items()}
    cuts = {name: run_cuts(ground) for name, ground in grounds.items()}
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(page(results, cuts, each, options.seed), encoding="utf-8")
    tallies = [tally for kinds in results.values() for tally in kinds.values()] + list(cuts.values())
    faults = [fault for tally in tallies for fault in tally.faults]
    print("\n".join([*faults, f"{len(faults)} faults; the table is in {options.to.name}"]), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
