import { enableCompileCache } from "node:module";

enableCompileCache();
const { work } = await import("./work.ts");
await work();
