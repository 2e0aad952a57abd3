import { CozyError } from "../../errors/cozy-error.ts";
import { usesDjango } from "./django/find-django.ts";
import type { Files } from "./files.ts";
import { applicationFolders } from "./node/workspaces.ts";

/** The error for a folder that holds no application, with the folders in it that do. */
export function notRecognised(files: Files): CozyError {
  const folders = [...managedFolders(files), ...applicationFolders(files)];
  const [first] = folders;
  const sign = usesDjango(files);
  const message =
    sign === undefined
      ? "There is no package.json that can be read here and no manage.py, so this is no Node and no Django application that cozy knows."
      : `${sign} names Django, but there is no manage.py here, which cozy asks where the settings are.`;
  return new CozyError("application-not-recognised", {
    message: first === undefined ? message : `${message} There is one in ${folders.join(", ")}.`,
    state: "Nothing was written.",
    next:
      first === undefined
        ? "Go to the folder of the application and run `cozy init` there."
        : `cd ${first} && cozy init`,
  });
}

function managedFolders(files: Files): string[] {
  const folders = files.list("").filter(({ name, isFolder }) => isFolder && !name.startsWith("."));
  return folders.map(({ name }) => name).filter((name) => files.read(`${name}/manage.py`) !== undefined);
}
