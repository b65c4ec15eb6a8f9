"""A text to a QR code, as SVG. Pure functions."""

from html import escape

import qrcode
from qrcode.constants import ERROR_CORRECT_M

# What cameras need around a code to find it, in squares of it.
_MARGIN = 4


def picture(text: str, *, title: str) -> str:
    """Return `text` as a square of black on white, whatever the colours of the page; `title` says what it is for."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_MARGIN)
    code.add_data(text)
    rows: list[list[bool]] = code.get_matrix()
    # A row is drawn square by square, each one wide and one high.
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, black in enumerate(row) if black)
    size = len(rows)
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}" width="{size * 6}" height="{size * 6}" role="img" '
        f'shape-rendering="crispEdges" aria-labelledby="qr-title"><title id="qr-title">{escape(title)}</title>'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{dark}" fill="#000"/></svg>'
    )
