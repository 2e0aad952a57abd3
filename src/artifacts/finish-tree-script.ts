/**
 * Finishes a tree of Python packages where it was made: takes out the paths of that place, compiles what is imported, and lists what is
 * there. Run by the tree's own Python, with the folder that the tree is in now and the one that it moves to.
 */
export const finishTreeScript = `
import compileall, json, os, py_compile, re, sys
from importlib import metadata

here, place = sys.argv[1:]

def correct(path):
    """Programs begin with the path of the Python that runs them."""
    with open(path, "rb") as file:
        content = file.read()
    if os.fsencode(here) in content:
        with open(path, "wb") as file:
            file.write(content.replace(os.fsencode(here), os.fsencode(place)))

def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()

def component(distribution):
    name, version = normal(distribution.metadata["Name"]), distribution.version
    reference = "pkg:pypi/%s@%s" % (name, version)
    found = {"type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference}
    given = distribution.metadata.get("License-Expression")
    if given:
        found["licenses"] = [{"expression": given}]
    elif len(distribution.metadata.get("License") or "") in range(1, 60):
        found["licenses"] = [{"license": {"name": distribution.metadata["License"]}}]
    return found

def main():
    programs = os.path.join(here, "bin")
    for name in os.listdir(programs):
        path = os.path.join(programs, name)
        if re.match(r"(?i)activate|deactivate|pydoc\\.bat", name):
            os.remove(path)
        elif not os.path.islink(path):
            correct(path)
    correct(os.path.join(here, "pyvenv.cfg"))
    packages = [path for path in sys.path if path.startswith(here + os.sep)]
    for path in packages:
        compileall.compile_dir(path, quiet=2, workers=0, stripdir=here,
                               invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    components = sorted(map(component, metadata.distributions(path=packages)), key=lambda found: found["name"])
    with open(os.path.join(here, "sbom.json"), "w", encoding="utf-8") as file:
        json.dump({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}, file)

if __name__ == "__main__":
    main()
`;
