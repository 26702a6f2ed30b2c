"""Builds the Debian package from a compiled program and [package.metadata.deb] of crates/rag-cli: deb.py PROGRAM FOLDER.

cargo-deb builds the same package from the same table; this needs dpkg-dev only.
"""

import glob
import gzip
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

CRATE = Path(__file__).resolve().parents[2] / "crates/rag-cli"
SCRIPTS = ["postinst", "prerm", "postrm"]


def main():
    program, target = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    metadata = tomllib.loads((CRATE / "Cargo.toml").read_text())["package"]["metadata"]["deb"]
    package = tomllib.loads((CRATE / "Cargo.toml").read_text())["package"]
    version = tomllib.loads((CRATE / "../../Cargo.toml").read_text())["workspace"]["package"]["version"] + "-1"
    architecture = output("dpkg", "--print-architecture")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        for source, place, mode in metadata["assets"]:
            copy(program if source == "target/release/rag" else source, root / place, place.endswith("/"), int(mode, 8))
        subprocess.run(["strip", root / "usr/bin/rag"], check=True)
        documents = root / "usr/share/doc" / metadata["name"]
        shutil.copy(CRATE / metadata["license-file"], documents / "copyright")
        for page in [documents / "changelog", *root.glob("usr/share/man/*/*")]:
            compress(page)
        changelog = f"{metadata['name']} ({version}) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- {metadata['maintainer']}  {output('date', '-R')}\n"
        (documents / "changelog.Debian").write_text(changelog)
        compress(documents / "changelog.Debian")
        control(root, metadata, {
            "Package": metadata["name"], "Version": version, "Architecture": architecture, "Maintainer": metadata["maintainer"],
            "Installed-Size": str(sum(file.stat().st_size for file in root.rglob("*") if file.is_file()) // 1024),
            "Depends": metadata["depends"].replace("$auto", libraries(root / "usr/bin/rag", folder)), "Section": metadata["section"], "Priority": "optional",
            "Description": package["description"].rstrip(".") + "".join(f"\n {line or '.'}" for line in metadata["extended-description"].splitlines()),
        })
        target.mkdir(parents=True, exist_ok=True)
        deb = target / f"{metadata['name']}_{version}_{architecture}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", root, deb], check=True, stdout=subprocess.DEVNULL)
    print(deb)


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()


def copy(source, place, is_folder, mode):
    files = sorted(path for path in map(Path, glob.glob(str(CRATE / source))) if path.is_file())
    if not files:
        sys.exit(f"deb: cannot find {source}")
    for file in files:
        target = place / file.name if is_folder else place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.chmod(mode)


def compress(file):
    with open(file.with_name(file.name + ".gz"), "wb") as out:
        out.write(gzip.compress(file.read_bytes(), mtime=0))
    file.unlink()


def libraries(program, folder):
    """The packages whose libraries the program needs, with their versions."""
    (Path(folder) / "debian").mkdir()
    (Path(folder) / "debian/control").write_text("Source: rag\n")
    return output("dpkg-shlibdeps", "-O", program, cwd=folder).removeprefix("shlibs:Depends=")


def control(root, metadata, fields):
    debian = root / "DEBIAN"
    debian.mkdir()
    (debian / "control").write_text("".join(f"{name}: {value}\n" for name, value in fields.items()))
    (debian / "conffiles").write_text("".join(f"{file}\n" for file in metadata["conf-files"]))
    for script in SCRIPTS:
        shutil.copy(CRATE / metadata["maintainer-scripts"] / script, debian / script)
        (debian / script).chmod(0o755)
    for path in [root, *root.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)


if __name__ == "__main__":
    main()
