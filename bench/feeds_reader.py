"""The peer of `bench/feeds.py`: the `reader` library, run by its own Python.

    PEER_PYTHON bench/feeds_reader.py BASE_URL FEEDS KIND WORKERS

prints one JSON line: seconds of the first and of the second poll.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("base", help="the server's address")
    parser.add_argument("feeds", type=int)
    parser.add_argument("kind")
    parser.add_argument("workers", type=int)
    return parser.parse_args()


def main() -> None:
    asked = _asked()
    from reader import make_reader

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for number in range(asked.feeds):
            reader.add_feed(f"{asked.base}/{asked.kind}/{number}")
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            reader.update_feeds(workers=asked.workers, scheduled=False)
            seconds.append(time.perf_counter() - started)
        entries = reader.get_entry_counts().total
        reader.close()
    print(json.dumps({"first": seconds[0], "second": seconds[1], "entries": entries}))


if __name__ == "__main__":
    main()
