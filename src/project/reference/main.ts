import { writeFileSync } from "node:fs";
import { projectSchema } from "../schema/project.ts";
import { referenceText } from "./markdown.ts";
import { typesText } from "./types.ts";

/** Writes the public types and the reference page anew: `node src/project/reference/main.ts`. */
writeFileSync(new URL("../input.ts", import.meta.url), typesText(projectSchema));
writeFileSync(new URL("../../../docs/reference/config.md", import.meta.url), referenceText(projectSchema));
