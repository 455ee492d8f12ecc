"""The peer of `bench/feeds.py`: the `reader` library, run by its own Python.

    PEER_PYTHON bench/feeds_reader.py BASE_URL FEEDS KIND WORKERS

prints one JSON line: seconds of the first and of the second poll.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    from reader import make_reader

    base, feeds, kind, workers = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for number in range(feeds):
            reader.add_feed(f"{base}/{kind}/{number}")
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            reader.update_feeds(workers=workers, scheduled=False)
            seconds.append(time.perf_counter() - started)
        entries = reader.get_entry_counts().total
        reader.close()
    print(json.dumps({"first": seconds[0], "second": seconds[1], "entries": entries}))


if __name__ == "__main__":
    main()
