"""Draws the cards with Microsoft's own renderer, and says what it finds wrong with them.

    npm install --prefix /tmp/cards adaptivecards@3 markdown-it@14
    python -m bench.card_pictures /tmp/cards docs/images

Needs a Chromium at /usr/bin/chromium. The pictures look as Teams on the web does: the renderer is
the one that Teams uses, the colours and sizes are a host configuration in its manner.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.card_samples import samples

_BROWSER = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SCRIPTS = (
    "node_modules/adaptivecards/dist/adaptivecards.js",
    "node_modules/markdown-it/dist/markdown-it.min.js",
)
_PAGE = Path(__file__).with_name("card_pictures.html")


def main(modules: Path, pictures: Path) -> int:
    """Draw every sample; gives 1 when the renderer found anything wrong."""
    wrong = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 760, "height": 400}, device_scale_factor=1.5)
        page.set_content(_PAGE.read_text("utf-8"))
        for script in _SCRIPTS:
            page.add_script_tag(path=modules / script)
        for name, card in samples().items():
            found = _draw(page, card)
            page.locator("#message").screenshot(path=pictures / f"teams-{name}.png")
            print(name, found or "in order")
            wrong += len(found)
        browser.close()
    return 1 if wrong else 0


def _draw(page: Page, card: Mapping[str, Any]) -> list[str]:
    """Draw a card; gives what the renderer says about it."""
    found = page.evaluate("card => draw(card)", json.loads(json.dumps(card)))
    return [str(one) for one in found]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("modules", type=Path, help="the folder into which npm installed")
    parser.add_argument("pictures", type=Path, help="the folder of the pictures")
    asked = parser.parse_args()
    sys.exit(main(asked.modules, asked.pictures))
