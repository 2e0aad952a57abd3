/** Folders that hold no source wherever they are. */
const anywhere = new Set([
  ".git",
  ".hg",
  "node_modules",
  "__pycache__",
  ".venv",
  "venv",
  ".cache",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".next",
  ".nuxt",
  ".svelte-kit",
  ".turbo",
  ".idea",
  ".vscode",
]);

/** Folders that hold what the application writes, where they are directly in its own: deeper down they may be modules of the code. */
const atTheTop = new Set(["data", "media", "logs", "log", "tmp", "dist", "build", "staticfiles", "coverage"]);

/** Files of databases, logs and editors. */
const files =
  /\.(?:sqlite3?|db|log|pyc|pyo|tmp|swp|swx)(?:-journal|-wal|-shm)?$|~$|^\.#|^#.*#$|^4913$|^\.DS_Store$/;

/** Tells by its name alone whether a change of a path is no change of the code; `own` are further folders of this application. */
export function ignoring(own: readonly string[]): (path: string) => boolean {
  const folders = own.map(withSlashes).filter((folder) => folder !== "" && folder !== ".");
  return (written) => {
    const path = withSlashes(written);
    const parts = path.split("/");
    return (
      parts.some((part) => anywhere.has(part)) ||
      atTheTop.has(parts[0] ?? "") ||
      files.test(parts.at(-1) ?? "") ||
      folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
    );
  };
}

function withSlashes(path: string): string {
  return path.replaceAll("\\", "/").replace(/\/+$/, "");
}
