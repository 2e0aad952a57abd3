import { buildStatic } from "./assets/build-static-files.ts";
import { builtFolder, manifestFile, sourceFolder } from "./web/static-files.ts";

const { files } = await buildStatic({ sourceFolder, builtFolder, manifestFile });
process.stdout.write(`${Object.keys(files).length} static files, fingerprinted, in dist/static\n`);
