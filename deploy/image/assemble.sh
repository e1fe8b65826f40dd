#!/bin/sh
# assemble.sh SOURCE ROOT: puts the file tree of the image under ROOT. SOURCE is a built checkout whose node_modules hold
# nothing but what runs. The Node on the path goes in, with the libraries that it is linked to.
set -eu
source=$1 root=$2
app=$root/app
node=$(command -v node)

mkdir -p "$app" "$root/usr/local/bin" "$root/etc" "$root/tmp"
cp -L "$node" "$root/usr/local/bin/node"
for library in $(ldd "$node" | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }'); do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

echo 'karpenter:x:65532:65532:karpenter:/app:/sbin/nologin' > "$root/etc/passwd"
echo 'karpenter:x:65532:' > "$root/etc/group"

cp -R "$source/bin" "$source/dist" "$source/node_modules" "$source/package.json" "$source/LICENSE" "$app/"
if [ -f "$source/sbom.cdx.json" ]; then cp "$source/sbom.cdx.json" "$app/"; fi
# What only a compiler or a package manager reads.
rm -rf "$app/dist/.tsbuildinfo" "$app/node_modules/.package-lock.json" "$app/node_modules/.bin" "$app/node_modules/.cache"
# What only tests load.
rm -rf "$app"/dist/*/conformance "$app"/dist/*/testing
find "$app/dist" -type f -name '*-fixture.js' -delete
find "$app" -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.tsbuildinfo' \) -delete

chmod -R a+rX,go-w "$root"
