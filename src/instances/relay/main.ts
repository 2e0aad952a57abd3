import { relay } from "./relay.ts";

await relay(process.argv.slice(2));
