/** Every figure, one after the other: `make bench`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const benches = [
  "start-up",
  "deploy",
  "zero-loss",
  "memory",
  "proxy",
  "django",
  "dependency-tree",
  "drill",
  "dev",
  "canary",
  "servers",
];
const failed = benches.filter((name) => {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  return spawnSync(process.execPath, [file], { stdio: "inherit" }).status !== 0;
});
if (failed.length > 0) {
  console.log(`\nout of reach: ${failed.join(", ")}`);
  process.exitCode = 1;
}
