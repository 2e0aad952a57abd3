/**
 * Asks a Django application about itself, checks its migrations and collects its static files, in one process: starting Django takes
 * longer than all three. Run in the application's folder by the Python of its packages, with the request and the answer as JSON files,
 * because settings print what they like. What is wrong is answered as `refused` with its kind; no answer is a crash.
 */
export const askDjangoScript = `
import contextlib, importlib, importlib.util, io, json, os, runpy, sys, traceback

with open(sys.argv[1], encoding="utf-8") as file:
    request = json.load(file)
here = os.path.realpath(os.getcwd())
sys.path[0] = here

class Refused(Exception):
    def __init__(self, kind, **more):
        self.answer = dict(more, kind=kind)

class Reached(BaseException):
    """manage.py got as far as Django; its own handlers must not catch this."""

def last_lines():
    kind, error, trace = sys.exc_info()
    frames = [traceback.FrameSummary(frame.filename.replace(here + os.sep, ""), frame.lineno, frame.name, line=frame.line)
              for frame in traceback.extract_tb(trace)
              if frame.filename != __file__ and not frame.filename.startswith("<frozen")
              and os.path.basename(os.path.dirname(frame.filename)) != "importlib"]
    own = [line for text in traceback.format_exception_only(kind, error) for line in text.rstrip().splitlines()]
    return {"error": own, "lines": [line for text in traceback.format_list(frames[-8:])
                                    for line in text.rstrip().splitlines()] + own}

def relative(path):
    """Where a path is within the application; None where it is outside."""
    found = os.path.relpath(os.path.realpath(path), here).replace(os.sep, "/")
    return None if found == ".." or found.startswith("../") else found

def exists(module):
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False

def run_manage(settings):
    """Runs manage.py up to Django: it names the settings, and may change where modules are looked for."""
    if not os.path.isfile("manage.py"):
        return None
    from django.core import management
    def reached(argv=None):
        raise Reached()
    own, arguments = management.execute_from_command_line, sys.argv
    management.execute_from_command_line, sys.argv = reached, ["manage.py", "help"]
    if settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    try:
        runpy.run_path("manage.py", run_name="__main__")
    except Reached:
        pass
    except (Exception, SystemExit):
        if not settings:
            raise Refused("settings-failed", where="manage.py", **last_lines())
    finally:
        management.execute_from_command_line, sys.argv = own, arguments
    return os.environ.get("DJANGO_SETTINGS_MODULE")

def named_by_manage():
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    try:
        return run_manage(None)
    except Refused:
        return None

def settings_modules():
    found = []
    for folder, folders, files in os.walk(here):
        depth = os.path.relpath(folder, here).count(os.sep)
        folders[:] = sorted(name for name in folders if depth < 3 and name.isidentifier() and name != "node_modules")
        for name in sorted(files):
            stem, ending = os.path.splitext(name)
            path = [part for part in os.path.relpath(folder, here).split(os.sep) if part != "."]
            if ending == ".py" and (stem.startswith("settings") or "settings" in path) and stem != "__init__":
                found.append(".".join(path + [stem]))
    return found[:40]

def load_settings():
    manage = run_manage(request["settings"])
    name = request["settings"] or manage or os.environ.get("DJANGO_SETTINGS_MODULE")
    if not name:
        raise Refused("settings-missing", module=None, manage=None, others=settings_modules())
    os.environ["DJANGO_SETTINGS_MODULE"] = name
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name + ".").startswith(error.name + "."):
            raise Refused("settings-missing", module=name, manage=named_by_manage(), others=settings_modules())
        raise Refused("settings-failed", where=name, **last_lines())
    except (Exception, SystemExit):
        raise Refused("settings-failed", where=name, **last_lines())
    import django
    try:
        django.setup()
    except (Exception, SystemExit):
        raise Refused("settings-failed", where=name, **last_lines())
    return name

def served_by(kind, name, settings):
    """As servers take it; what the settings name, else the module beside them."""
    named = getattr(settings, kind.upper() + "_APPLICATION", None)
    if named:
        module, _, attribute = named.rpartition(".")
        return module + ":" + attribute if module and exists(module) else None
    package = name
    while package:
        package = package.rpartition(".")[0]
        module = package + "." + kind if package else kind
        if exists(module):
            return module + ":application"
    return None

def check_migrations():
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.base import CommandError
    from django.db.migrations.loader import MigrationLoader
    # Whether a database agrees is not asked: there is none at build.
    MigrationLoader.check_consistent_history = lambda self, connection: None
    without = set()
    own = []
    for app in apps.get_app_configs():
        if relative(app.path) is None or not any(app.get_models()):
            continue
        if app.label in settings.MIGRATION_MODULES and settings.MIGRATION_MODULES[app.label] is None:
            continue
        module, _ = MigrationLoader.migrations_module(app.label)
        if not exists(module):
            if not any(model._meta.managed and not model._meta.proxy for model in app.get_models()):
                continue
            without.add(app.label)
        own.append(app.label)
    if not own:
        return
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            call_command("makemigrations", *own, check_changes=True, dry_run=True, interactive=False, verbosity=1)
    except SystemExit as error:
        if error.code:
            raise Refused("migration-missing", lines=output.getvalue().splitlines(), without=sorted(without))
    except CommandError as error:
        raise Refused("migration-check-failed", lines=str(error).splitlines())
    except Exception:
        raise Refused("migration-check-failed", **last_lines())

def collect_static():
    """The folder that they were collected into, relative to the application."""
    from django.apps import apps
    from django.conf import settings
    if not request["collectStatic"]:
        return None
    if not apps.is_installed("django.contrib.staticfiles"):
        raise Refused("static-files-not-installed", url=request["staticUrl"])
    from django.core.files.storage import FileSystemStorage
    from django.core.management import call_command
    from django.utils.module_loading import import_string
    try:
        # Under its older name the setting is there until Django 5.1.
        storages = getattr(settings, "STORAGES", None) or {"staticfiles": {"BACKEND": settings.STATICFILES_STORAGE}}
        backend = import_string(storages["staticfiles"]["BACKEND"])
    except Exception:
        raise Refused("collect-static-failed", **last_lines())
    if not issubclass(backend, FileSystemStorage):
        return None
    if not settings.STATIC_ROOT:
        raise Refused("static-root-missing", settings=os.environ["DJANGO_SETTINGS_MODULE"])
    root = relative(settings.STATIC_ROOT)
    if root is None or root == ".":
        raise Refused("static-root-outside", root=str(settings.STATIC_ROOT))
    if settings.STATIC_URL.startswith("/") and settings.STATIC_URL != request["staticUrl"]:
        raise Refused("static-url-differs", url=settings.STATIC_URL)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except (Exception, SystemExit):
        raise Refused("collect-static-failed", **last_lines())
    os.makedirs(os.path.join(here, root), exist_ok=True)
    return root

def lost_data(settings):
    """Folders and files within the release that data would be written to."""
    from django.db import connections
    found = []
    if settings.MEDIA_ROOT and relative(settings.MEDIA_ROOT) not in (None, "."):
        found.append({"what": "MEDIA_ROOT", "path": relative(settings.MEDIA_ROOT)})
    for alias, database in connections.settings.items():
        name = str(database.get("NAME") or "")
        if "sqlite3" in database.get("ENGINE", "") and os.path.isabs(name) and relative(name) is not None:
            found.append({"what": "DATABASES['%s']" % alias, "path": relative(name)})
    return found

def ask():
    try:
        import django
    except ImportError:
        raise Refused("django-missing")
    name = load_settings()
    from django.conf import settings
    facts = {
        "settings": name,
        "wsgi": served_by("wsgi", name, settings),
        "asgi": served_by("asgi", name, settings),
        "staticUrl": settings.STATIC_URL,
        "mediaUrl": (settings.MEDIA_URL or None) if settings.MEDIA_ROOT else None,
        "version": django.get_version(),
    }
    for kind in request["needed"]:
        if facts[kind] is None:
            raise Refused("server-application-missing", server=kind, settings=name,
                          named=getattr(settings, kind.upper() + "_APPLICATION", None))
    if request["checkMigrations"]:
        check_migrations()
    return dict(facts, staticFolder=collect_static(), lost=lost_data(settings))

try:
    answer = ask()
except Refused as refused:
    answer = {"refused": refused.answer}
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(answer, file)
sys.stdout.flush()
sys.stderr.flush()
# Threads that settings started would keep the process.
os._exit(0)
`;
