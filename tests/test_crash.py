"""A writer that is killed at random moments leaves the old or the new state, whole, in both editions."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "crash.py"


def test_kill_at_random_moments_leaves_both_editions_whole() -> None:
    """The script looks after each kill; fifty are run by hand (`benchmarks/crash.py 50`)."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "7", "--seed", "3", "--small"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "7 kills, every directory whole" in done.stdout
