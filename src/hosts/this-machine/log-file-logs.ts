import { join } from "node:path";
import type { InstanceId } from "../../instances/instance.ts";
import type { InstanceLogs } from "../../logs/instance-logs.ts";
import { lastLines } from "../../logs/log-reader.ts";
import { logStart } from "./log-starts.ts";
import { OutputWatch } from "./output-watch.ts";

/** What instances printed, in the files that the embedded supervisor appends to: `<logs>/<release>/<type>.<index>.log`. */
export function logFileLogs(logs: string): InstanceLogs {
  const fileOf = ({ release, type, index }: InstanceId) => join(logs, release, `${type}.${index}.log`);
  return {
    tail: (id, lines) => lastLines(fileOf(id), lines),
    watch({ id }, text) {
      let watch: OutputWatch | undefined;
      return {
        async seen() {
          watch ??= new OutputWatch(
            {
              file: fileOf(id),
              fromBytes: await logStart(join(logs, id.release), `${id.type}.${id.index}`),
            },
            text,
          );
          return watch.seen();
        },
      };
    },
  };
}
