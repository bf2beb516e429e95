"""The wire between the service and its processes: frames of a kind, a length and so many bytes.

To a worker goes one JOB (pickled; only the service writes there). Back come a HEADER (JSON), DATA of at most 64 KB
each, and END (JSON: what it cost), or ERROR (JSON: kind and message) instead of what is still missing. What comes
back is only ever read as JSON or bytes: a process that a hostile query took over must not reach beyond its socket.
"""

import socket
import struct

JOB, HEADER, DATA, END, ERROR = b"J", b"H", b"D", b"E", b"X"
HEAD = struct.Struct(">cI")
LARGEST = 65_536


def frame(kind: bytes, payload: bytes) -> bytes:
    """One frame as bytes."""
    return HEAD.pack(kind, len(payload)) + payload


def receive(peer: socket.socket) -> bytes | None:
    """The payload of the next frame, or None where the other side has gone."""
    head = _exactly(peer, HEAD.size)
    return _exactly(peer, HEAD.unpack(head)[1]) if head else None


def _exactly(peer: socket.socket, size: int) -> bytes | None:
    parts = []
    while size:
        part = peer.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
