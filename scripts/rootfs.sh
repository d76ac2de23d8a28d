#!/usr/bin/env bash
# Makes the Debian root file system on which the kind node image and kube-proxy stand, as one tar file.
# It is used only where no registry answers (IMAGES=build, or auto without a network).
#
#   scripts/rootfs.sh OUT.tar
#
# Takes the Debian release and the mirrors from this machine's own apt set-up, so a company mirror works
# without a word. Needs: Debian or Ubuntu, root, mmdebstrap. Two runs on one day give the same bytes, which
# keeps the caches that are keyed by content warm.
set -euo pipefail

out=${1:?usage: scripts/rootfs.sh OUT.tar}

# What kind's own node image installs, less what only storage tests and rootless engines need.
packages=systemd,dbus,conntrack,iptables,nftables,iproute2,ethtool,util-linux,mount,kmod,libseccomp2
packages+=,pigz,e2fsprogs,bash,ca-certificates,curl,jq,procps

if ! command -v mmdebstrap >/dev/null; then
  echo "rootfs: mmdebstrap is not installed. Remedy: apt-get install -y --no-install-recommends mmdebstrap" >&2
  exit 1
fi
# shellcheck source=/dev/null
. /etc/os-release
mirrors=()
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  if [ -s "$list" ]; then mirrors+=("$list"); fi
done

# A name of its own: what a killed run left running must not write into this one's file.
part=$(mktemp "$out.XXXXXX")
trap 'rm -f "$part"' EXIT

SOURCE_DATE_EPOCH=$(date -d "$(date -u +%F)" +%s)
export SOURCE_DATE_EPOCH
# The hooks undo what systemd would start on a real machine: in a node only containerd, the kubelet and the
# journal have work to do. systemd-tmpfiles-setup stays out because it would clear /run under kind's feet.
mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='find "$1/lib/systemd/system/sysinit.target.wants" -name systemd-tmpfiles-setup.service -delete' \
  --customize-hook='rm -f "$1"/lib/systemd/system/multi-user.target.wants/* "$1"/etc/systemd/system/*.wants/* \
     "$1"/lib/systemd/system/local-fs.target.wants/* "$1"/lib/systemd/system/basic.target.wants/* \
     "$1"/lib/systemd/system/sockets.target.wants/*udev* "$1"/lib/systemd/system/sockets.target.wants/*initctl*' \
  --customize-hook='echo ReadKMsg=no >> "$1/etc/systemd/journald.conf"' \
  --customize-hook='ln -sf /usr/lib/systemd/systemd "$1/sbin/init"' \
  --customize-hook='rm -rf "$1"/etc/apt/sources.list* "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/etc/hostname "$1"/etc/resolv.conf' \
  --format=tar "$VERSION_CODENAME" "$part" "${mirrors[@]}"
mv "$part" "$out"
