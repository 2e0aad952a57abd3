import { enableCompileCache } from "node:module";

// Half of the start goes into compiling. It has to be asked for before anything else is imported.
enableCompileCache();
const { main } = await import("./main.ts");
await main();
