"""A QR code is drawn square by square, black on white, without anything that a strict page refuses."""

import re
from xml.etree import ElementTree

import qrcode

from tracker.charts.codes import picture

TEXT = "otpauth://totp/anna?secret=JBSWY3DPEHPK3PXP&issuer=tracker.example.org"


def test_picture_has_every_square_of_the_code_and_room_around_it() -> None:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(TEXT)
    rows = code.get_matrix()

    drawn = ElementTree.fromstring(picture(TEXT, title="Key"))  # noqa: S314 (drawn by us)

    white, black = drawn[1], drawn[2]
    squares = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", black.attrib["d"])}
    assert squares == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
    assert drawn.attrib["viewBox"] == f"0 0 {len(rows)} {len(rows)}"
    assert (white.attrib["fill"], black.attrib["fill"]) == ("#fff", "#000")
    assert min(min(square) for square in squares) == 4


def test_picture_is_named_and_carries_no_style() -> None:
    drawn = picture(TEXT, title='Key of "anna" <b>')

    assert "style" not in drawn
    assert 'role="img"' in drawn
    assert ElementTree.fromstring(drawn)[0].text == 'Key of "anna" <b>'  # noqa: S314 (drawn by us)
