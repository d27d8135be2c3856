#!/bin/sh
# Install what some tests need beside Python, where that is possible without asking: as root, on Debian and its kin.
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
echo "Installing bubblewrap, chromium and tmux for the tests that need them."
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -q && apt-get install -q -y --no-install-recommends bubblewrap chromium chromium-driver tmux; } \
    >/dev/null 2>&1 || echo "They could not all be installed; the tests that need them will say so."
exit 0
