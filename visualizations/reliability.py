"""The reliability diagram of a probability: what was predicted against what came true, as plain SVG."""

from collections.abc import Sequence

SIDE, MARGIN = 320, 48


def reliability_svg(bins: Sequence[tuple[float, float, float]], title: str) -> str:
    """A dot for every (mean predicted, share that came true, number of cases): larger where there are more cases.

    On the diagonal the prediction is exactly right; above it was too cautious, below too sure.
    """
    most = max((count for _, _, count in bins), default=1.0)

    def x(value: float) -> float:
        return round(MARGIN + value * SIDE, 1)

    def y(value: float) -> float:
        return round(MARGIN + (1 - value) * SIDE, 1)

    size = SIDE + 2 * MARGIN
    dots = [
        f'<circle cx="{x(predicted)}" cy="{y(share)}" r="{3 + 7 * (count / most) ** 0.5:.1f}">'
        f"<title>vorhergesagt {predicted:.2f}, eingetroffen {share:.2f}, {count:.0f} Paare</title></circle>"
        for predicted, share, count in bins
    ]
    ticks = [
        f'<text x="{x(value)}" y="{MARGIN + SIDE + 18}" text-anchor="middle">{value:.1f}</text>'
        f'<text x="{MARGIN - 8}" y="{y(value) + 4}" text-anchor="end">{value:.1f}</text>'
        for value in (0.0, 0.5, 1.0)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img"'
            f' font-family="sans-serif" font-size="12">',
            f"<title>{_escaped(title)}</title>",
            f'<rect width="{size}" height="{size}" fill="#fff"/>',
            f'<text x="{size / 2}" y="24" text-anchor="middle" font-size="14">{_escaped(title)}</text>',
            f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#555"/>',
            f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#999" stroke-dasharray="4 4"/>',
            '<g fill="#00457c" fill-opacity="0.8">',
            *dots,
            "</g>",
            *ticks,
            f'<text x="{MARGIN + SIDE / 2}" y="{size - 10}" text-anchor="middle">vorhergesagte Stärke</text>',
            f'<text transform="translate(14 {MARGIN + SIDE / 2}) rotate(-90)" text-anchor="middle">'
            "Anteil, der zusammenhängt</text>",
            "</svg>",
            "",
        ]
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
