import { registerHooks } from "node:module";

/** Given to a program by `--import`: it then tells of each module that it loads, on its standard error. */
registerHooks({
  load: (url, context, next) => {
    process.stderr.write(`loads ${url}\n`);
    return next(url, context);
  },
});
