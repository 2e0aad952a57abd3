/**
 * Copies a Python's program and standard library into a folder, so that the copy runs by itself: without packages, test suites and
 * what is only for building Python. Run by the very Python that is copied, with the program, the folder and the answer's file.
 */
export const keepPythonScript = `
import compileall, hashlib, json, os, py_compile, shutil, sys, sysconfig

binary, target, answer_file = sys.argv[1:]
minor = "python%d.%d" % sys.version_info[:2]
program = os.path.join(target, "bin", minor)
library = os.path.join(target, "lib", minor)

left_out = {"__pycache__", "site-packages", "dist-packages", "test", "tests", "idle_test", "idlelib", "turtledemo", "ensurepip"}

def ignored(folder, names):
    return [name for name in names
            if name in left_out or name.startswith("config-3") or name.endswith((".a", ".exe"))
            or not os.path.exists(os.path.join(folder, name))]

def copy_shared_library():
    """Has the program look for its own library beside itself: the place is overwritten where it stands in the file."""
    name = sysconfig.get_config_var("INSTSONAME") or ""
    if not sysconfig.get_config_var("Py_ENABLE_SHARED") or ".framework" in name:
        return
    with open(program, "rb") as file:
        content = file.read()
    if os.fsencode(name) not in content:
        return
    folders = [os.path.join(sys.base_prefix, "lib"), sysconfig.get_config_var("LIBDIR") or ""]
    found = next((folder for folder in folders if os.path.isfile(os.path.join(folder, name))), None)
    if found is None:
        raise SystemExit("its library " + name + " was not found")
    shutil.copy(os.path.join(found, name), os.path.join(target, "lib", name))
    if b"$ORIGIN/../lib" in content or b"@executable_path/../lib" in content:
        return
    for folder in folders:
        named = b"\\0" + os.fsencode(folder) + b"\\0"
        if folder and len(named) >= 16 and named in content:
            with open(program, "wb") as file:
                file.write(content.replace(named, b"\\0" + b"$ORIGIN/../lib".ljust(len(named) - 1, b"\\0")))
            return
    raise SystemExit("its library " + name + " is tied to its place")

def content_hash():
    total = hashlib.sha256()
    for folder, folders, files in os.walk(target):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                line = "%s\\0%s\\n" % (os.path.relpath(path, target), hashlib.sha256(file.read()).hexdigest())
            total.update(line.encode())
    return total.hexdigest()

def main():
    os.makedirs(os.path.join(target, "bin"), exist_ok=True)
    shutil.copytree(os.path.realpath(os.path.dirname(os.__file__)), library, ignore=ignored)
    compiled = sysconfig.get_config_var("DESTSHARED") or ""
    if not os.path.isdir(os.path.join(library, "lib-dynload")) and os.path.isdir(compiled):
        shutil.copytree(compiled, os.path.join(library, "lib-dynload"), ignore=ignored)
    terminals = os.path.join(sys.base_prefix, "share", "terminfo")
    if sys.base_prefix != "/usr" and os.path.isdir(terminals):
        shutil.copytree(terminals, os.path.join(target, "share", "terminfo"))
    shutil.copyfile(binary, program)
    os.chmod(program, 0o755)
    copy_shared_library()
    answer = {"sha256": content_hash(), "program": minor}
    compileall.compile_dir(library, quiet=2, workers=0, stripdir=target,
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    with open(answer_file, "w", encoding="utf-8") as file:
        json.dump(answer, file)

if __name__ == "__main__":
    main()
`;

/** Tells from where a Python runs, which modules it lacks, and which files it has in use. */
export const provePythonScript = `
import importlib, json, os, sys
lacking = []
for name in ("ssl", "sqlite3", "json", "ctypes", "zlib", "hashlib", "lzma", "bz2", "decimal", "asyncio", "zoneinfo"):
    try:
        importlib.import_module(name)
    except ImportError:
        lacking.append(name)
loaded = []
if os.path.exists("/proc/self/maps"):
    with open("/proc/self/maps") as maps:
        loaded = sorted({line.split(None, 5)[5].strip() for line in maps if "/" in line})
sys.stdout.write("\\n" + json.dumps({
    "version": sys.version.split()[0], "prefix": os.path.realpath(sys.prefix), "lacking": lacking, "loaded": loaded,
}) + "\\n")
`;
