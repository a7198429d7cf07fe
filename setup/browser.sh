#!/bin/sh
# A Chromium for the page tests: the machine's own, Debian's package, or the test library's build.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
ls "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-* >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing Chromium for the page tests ..."
    apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null && exit 0
fi
.venv/bin/python -m playwright install chromium && exit 0
echo "no Chromium could be installed: install the package 'chromium' and run make test again" >&2
exit 2
