import { describe, expect, it } from "vitest";
import type { Files } from "../files.ts";
import { serverLine } from "./server-line.ts";

const none: Files = { read: () => undefined, list: () => [] };

describe("a line that starts Django's server", () => {
  it("leaves what cozy does by itself to cozy", () => {
    expect(serverLine("gunicorn shop.wsgi", none)).toEqual({ command: undefined, listen: undefined });
    expect(serverLine("exec gunicorn -w 2 -b :$PORT shop.wsgi:application --log-file -", none)).toEqual({
      command: undefined,
      listen: undefined,
      workers: 2,
    });
    expect(
      serverLine("uvicorn shop.asgi:application --host 0.0.0.0 --port ${PORT} --workers=3", none),
    ).toEqual({
      command: undefined,
      server: "uvicorn",
      workers: 3,
    });
  });

  it("keeps options, with the place to listen put in", () => {
    const command = (line: string) => serverLine(line, none).command;
    expect(command("gunicorn shop.asgi -k uvicorn.workers.UvicornWorker --bind 0.0.0.0:8000")).toBe(
      "gunicorn {asgi} --bind unix:{socket} -k uvicorn.workers.UvicornWorker",
    );
    expect(command("python -m uvicorn shop.asgi:application --proxy-headers")).toBe(
      "uvicorn {asgi} --uds {socket} --proxy-headers",
    );
    expect(command("daphne -b 0.0.0.0 -p $PORT shop.asgi:application -v2")).toBe(
      "daphne -u {socket} {asgi} -v2",
    );
    expect(command("waitress-serve --port=$PORT shop.wsgi:application")).toBe(
      "waitress-serve --unix-socket={socket} {wsgi}",
    );
    expect(command('gunicorn shop.wsgi --timeout 90 --name "the shop"')).toEqual([
      "gunicorn",
      "{wsgi}",
      "--bind",
      "unix:{socket}",
      "--timeout",
      "90",
      "--name",
      "the shop",
    ]);
  });

  it("gives a port to what can't be read, on this machine only", () => {
    expect(serverLine("gunicorn shop.wsgi -b 0.0.0.0:$PORT -w $WEB_CONCURRENCY", none)).toEqual({
      command: ["sh", "-c", "exec gunicorn shop.wsgi -b 127.0.0.1:{port} -w $WEB_CONCURRENCY"],
      listen: { value: "port", where: "$PORT in Procfile" },
    });
    expect(serverLine("python server.py", none).listen?.where).toBe("it was not seen where it listens");
  });

  it("gives a port where gunicorn would reuse it", () => {
    const files: Files = {
      read: (path) => (path === "etc/g.py" ? "reuse_port = True" : undefined),
      list: () => [],
    };
    expect(serverLine("gunicorn -c etc/g.py shop.wsgi", files)).toMatchObject({
      command: "gunicorn {wsgi} --bind 127.0.0.1:{port} -c etc/g.py",
      listen: { value: "port" },
    });
  });
});
