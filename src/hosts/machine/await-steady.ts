import { instanceName, isSelected, type InstanceStatus } from "../../instances/instance.ts";
import { pause } from "../../shared/pause.ts";
import type { ReadyReport, SteadyRequest } from "../host.ts";
import { exitFault, faultReport, hasEnded, shortName, type InstanceView } from "./instance-view.ts";
import { restMs } from "./paced-looks.ts";

/**
 * For process types that answer no requests: one with a `ready` text has started once each of its instances has logged it, any other
 * once it has stayed up for a while. All are watched at once, and an end is a fault.
 */
export async function awaitSteady(
  view: InstanceView,
  request: SteadyRequest,
  signal: AbortSignal,
): Promise<ReadyReport> {
  const { release, types, forMs, restartsBefore } = request;
  const start = view.now();
  const watches: Watches = new Map();
  for (;;) {
    const began = view.now();
    const ours = (await view.instances(signal)).filter(({ id }) => isSelected(id, { release, types }));
    const ended = ours.filter((status) => hasEnded(status, restartsBefore));
    if (ended.length > 0) return faultReport(view, ended.map(exitFault), ended, signal);
    const silent = await silentOnes(view, ours, request, watches, signal);
    const passedMs = view.now() - start;
    const late = silent.filter((status) => passedMs >= readyOf(request, status).timeoutMs);
    if (late.length > 0)
      return faultReport(
        view,
        late.map((status) => lateFault(request, status)),
        late,
        signal,
      );
    const waits = types.some((type) => !request.ready[type]);
    if (silent.length === 0 && (!waits || passedMs >= forMs)) return { ok: true, faults: [], tail: [] };
    await pause(restMs(view.now() - began, 50), signal);
  }
}

type Watches = Map<string, ReturnType<InstanceView["watch"]>>;

/** Those whose text has not come yet. */
async function silentOnes(
  view: InstanceView,
  ours: readonly InstanceStatus[],
  { ready }: SteadyRequest,
  watches: Watches,
  signal: AbortSignal,
): Promise<InstanceStatus[]> {
  const silent: InstanceStatus[] = [];
  for (const status of ours) {
    const wanted = ready[status.id.type];
    if (!wanted) continue;
    const name = instanceName(status.id);
    const watch = watches.get(name) ?? view.watch(status, wanted.output);
    watches.set(name, watch);
    if (!(await watch.seen(signal))) silent.push(status);
  }
  return silent;
}

function lateFault(request: SteadyRequest, status: InstanceStatus): string {
  const { output, timeoutMs } = readyOf(request, status);
  return `${shortName(status)} did not log "${output}" within ${timeoutMs / 1000} s`;
}

function readyOf({ ready }: SteadyRequest, { id }: InstanceStatus) {
  return ready[id.type] ?? { output: "", timeoutMs: Number.POSITIVE_INFINITY };
}
