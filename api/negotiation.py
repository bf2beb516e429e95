"""Which representation a client wants: the Accept header with q-values, RFC 9110, section 12.5.1."""

from collections.abc import Sequence

RDF_TYPES = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
}
"""Suffix of a `/data/` address and its media type."""
SERIALISERS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}
"""Suffix and rdflib's word for the format."""
HTML = "text/html"
NAMES = {"ttl": "Turtle", "jsonld": "JSON-LD", "rdf": "RDF/XML", "nt": "N-Triples"}


def best(accept: str, offers: Sequence[str]) -> str | None:
    """The offer the client likes best, the first of equals; None if it accepts none of them."""
    if not accept.strip():
        return offers[0]
    ranges = [r for r in map(_range, accept.split(",")) if r is not None]
    rated = [(_quality(offer, ranges), -place, offer) for place, offer in enumerate(offers)]
    quality, _, offer = max(rated)
    return offer if quality > 0 else None


def _range(text: str) -> tuple[str, str, float] | None:
    media, *parameters = (part.strip().lower() for part in text.split(";"))
    kind, slash, subtype = media.partition("/")
    if media == "*":
        kind = subtype = "*"
    elif not slash or not kind or not subtype:
        return None
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return kind, subtype, quality


def _quality(offer: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """The q-value of the most specific range that holds the offer."""
    kind, _, subtype = offer.partition("/")
    found = [
        (2 * (k != "*") + (s != "*"), q) for k, s, q in ranges if k in ("*", kind) and s in ("*", subtype)
    ]
    return max(found, default=(0, 0.0))[1]
