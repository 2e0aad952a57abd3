/** What the applications of these tests do: a Node server and the same for gunicorn. */
export const nodeApplication = `
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import os from "node:os";
const answers = {
  "/environment": () => Object.keys(process.env).sort().join(" "),
  "/secret": () => String(process.env.SECRET === "hunter2-of-the-lab"),
  "/machine": () => JSON.stringify({ processors: os.cpus().length, addresses: Object.keys(os.networkInterfaces()) }),
  "/write": (query) => {
    try {
      writeFileSync(query.get("to"), "x");
      return "written";
    } catch (error) {
      return error.code;
    }
  },
  "/log": (query) => console.log(query.get("line")) ?? "logged",
  "/hog": () => {
    const kept = [];
    setInterval(() => kept.push(Buffer.alloc(20_000_000, 1)), 20);
    return "growing";
  },
};
const server = createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  response.end((answers[url.pathname] ?? (() => String(process.pid)))(url.searchParams));
});
server.listen(process.argv[2], () => console.log("listening"));
process.on("SIGTERM", () => process.exit(0));
`;

export const wsgiApplication = `
import os

def application(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/secret":
        return [str(os.environ.get("SECRET") == "hunter2-of-the-lab").lower().encode()]
    if path == "/environment":
        return [" ".join(sorted(os.environ)).encode()]
    return [str(os.getpid()).encode()]
`;
