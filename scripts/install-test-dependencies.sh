#!/bin/bash
# Installs what the tests need on Debian: real mail servers, a browser, fonts for screenshots.
# Safe to run again: it does nothing, in a fraction of a second, when everything is there.
#
# Cyrus' imapd conflicts with Dovecot's in Debian, so it is unpacked beside, into .cache/cyrus-imapd.
# No server is started or enabled: the tests start their own, on loopback, in temporary folders.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  chromium fonts-noto-color-emoji fonts-droid-fallback
  dovecot-imapd dovecot-lmtpd dovecot-submissiond
  cyrus-common cyrus-caldav cyrus-clients cyrus-admin
  sasl2-bin libsasl2-modules isync openssl
)
unpacked=.cache/cyrus-imapd

fail() {
  echo "install-test-dependencies: $1" >&2
  exit 1
}

missing_packages() {
  local installed
  # dpkg-query fails when it knows no such package, which is an answer here, not an error.
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true)
  installed=$(sed -n 's/ installed$//p' <<<"$installed")
  comm -23 <(printf '%s\n' "${packages[@]}" | sort) <(sort <<<"$installed")
}

# The unpacked imapd must be of the version of the installed cyrus-common, with which it shares libraries and formats.
cyrus_version() { dpkg-query --show --showformat '${Version}' cyrus-common 2>/dev/null || true; }
unpacked_version() { cat "$unpacked/version" 2>/dev/null || true; }

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  fail "this is not Debian (no apt-get). Install these by hand, or run the tests in a debian:12 container:
  Chromium, Dovecot 2.3 (imapd, lmtpd), Cyrus 3.6 (master, imapd, httpd with JMAP, lmtpd), Cyrus SASL (saslpasswd2), isync, OpenSSL."
fi

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -eq 0 ] && [ -n "$(cyrus_version)" ] && [ "$(unpacked_version)" = "$(cyrus_version)" ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "run it as root, or install sudo. Missing packages: ${missing[*]}"
  as_root=(sudo)
fi

# /usr/sbin/policy-rc.d answering 101 keeps Debian from starting the services it installs; what was there comes back.
policy=/usr/sbin/policy-rc.d
restore_policy() { :; }
forbid_service_starts() {
  if [ -e "$policy" ]; then
    "${as_root[@]}" mv "$policy" "$policy.before-mailpane"
    restore_policy() { "${as_root[@]}" mv "$policy.before-mailpane" "$policy"; }
  else
    restore_policy() { "${as_root[@]}" rm -f "$policy"; }
  fi
  trap restore_policy EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
}

apt_install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
}

if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  forbid_service_starts
  # A machine's package lists may be absent or old: refresh them only when the install fails without.
  apt_install "${missing[@]}" >/dev/null 2>&1 || {
    "${as_root[@]}" apt-get update -qq
    apt_install "${missing[@]}" >/dev/null
  }
fi

download_imapd() {
  (cd "$download" && apt-get download -qq -o APT::Sandbox::User=root "cyrus-imapd=$(cyrus_version)" 2>/dev/null)
}

if [ "$(unpacked_version)" != "$(cyrus_version)" ]; then
  download=$(mktemp -d)
  # The archive keeps only the newest version: when it is past the installed one, bring the installed one forward.
  download_imapd || {
    "${as_root[@]}" apt-get update -qq
    apt_install cyrus-common cyrus-caldav cyrus-clients cyrus-admin >/dev/null
    download_imapd || fail "apt-get cannot download cyrus-imapd $(cyrus_version), the version of the installed cyrus-common"
  }
  echo "Unpacking cyrus-imapd $(cyrus_version) into $unpacked"
  rm -rf "$unpacked"
  mkdir -p "$unpacked"
  dpkg-deb -x "$download"/cyrus-imapd_*.deb "$unpacked"
  rm -rf "$download"
  [ -x "$unpacked/usr/lib/cyrus/bin/imapd" ] || fail "the package cyrus-imapd $(cyrus_version) holds no imapd"
  cyrus_version >"$unpacked/version"
fi
