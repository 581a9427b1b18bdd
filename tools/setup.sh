#!/bin/sh
# setup.sh [--test]: sees to it that what Baton runs on is installed; --test
# adds what its tests need. On Debian and Ubuntu it installs what is missing, as
# root or by sudo; elsewhere it says what to install and fails. Nothing to do
# takes a few hundredths of a second, so make runs it every time.
set -eu

with_test=
case "${1:-}" in
	'') ;;
	--test) with_test=yes ;;
	*) echo "usage: tools/setup.sh [--test]" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
# any FILE...: one of them exists (an unmatched glob stays as it is written)
any() { for f; do [ -e "$f" ] && return 0; done; return 1; }

# chromium's package has another name on Ubuntu
chromium() {
	if grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then echo chromium-browser; else echo chromium; fi
}

packages=
need() { packages="$packages $1"; }

any /usr/lib/postgresql/*/bin/initdb || have initdb || need postgresql
any /usr/share/postgresql/*/extension/pg_trgm.control /usr/share/postgresql/extension/pg_trgm.control \
	/usr/local/share/postgresql/extension/pg_trgm.control /usr/pgsql-*/share/extension/pg_trgm.control || need postgresql-contrib
have ffmpeg && have ffprobe || need ffmpeg
have tesseract || need tesseract-ocr
if [ -n "$with_test" ]; then
	have chromium || have chromium-browser || have google-chrome || need "$(chromium)"
	any /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf /usr/share/fonts/*/NotoColorEmoji.ttf || need fonts-noto-color-emoji
	have espeak-ng || need espeak-ng
	have sox || need sox
	any /usr/share/pocketsphinx/test || need pocketsphinx-testdata
	have sctk || have sclite || need sctk
	# a WHIP publisher of another make: GStreamer's, driven from Python
	any /usr/lib/*/girepository-1.0/GstWebRTC-1.0.typelib && any /usr/lib/*/gstreamer-1.0/libgstnice.so && any /usr/lib/*/gstreamer-1.0/libgstx264.so &&
		any /usr/lib/*/gstreamer-1.0/libgstvpx.so && any /usr/lib/python3/dist-packages/gi/overrides/Gst.py || need \
		"python3-gst-1.0 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-nice gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
fi

missing=
have go || missing="$missing
  Go 1.26 or newer (https://go.dev/dl/)"
if have node && have npm; then
	version=$(node --version) # v20.20.2
	major=${version#v}
	[ "${major%%.*}" -ge 20 ] || missing="$missing
  Node 20 or newer; this is $version (https://nodejs.org)"
else
	missing="$missing
  Node 20 or newer with npm (https://nodejs.org)"
fi
if [ -n "$missing" ]; then
	say "Baton is built with tools that are not here. Please install:$missing"
	exit 1
fi

[ -n "$packages" ] || exit 0

ask() { # as root
	if [ "$(id -u)" -eq 0 ]; then "$@"; elif [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
}

if ! have apt-get; then
	say "Please install the following (these are Debian's names):$packages"
	exit 1
fi
if [ "$(id -u)" -ne 0 ] && ! have sudo; then
	say "Please install, as root:"
	say "  apt-get install --no-install-recommends$packages"
	exit 1
fi

say "Installing$packages"
case "$packages" in
	*' postgresql '* | *' postgresql')
		# Baton runs a server of its own: Debian need not start another. Only
		# where no PostgreSQL was; the settings of one that is here stay.
		if ! any /etc/postgresql-common/createcluster.conf; then
			ask mkdir -p /etc/postgresql-common/createcluster.d
			echo 'create_main_cluster = false' | ask tee /etc/postgresql-common/createcluster.d/baton.conf >/dev/null
		fi
		;;
esac
install() {
	# shellcheck disable=SC2086 # a list of words
	ask env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >&2
}
# Lists may be absent (a fresh container) or old.
install || { ask apt-get update -q >&2 && install; } || {
	say "Not everything could be installed. Please see to:$packages"
	exit 1
}
