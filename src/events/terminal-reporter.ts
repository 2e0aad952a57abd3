import { drawTree, type Row } from "./draw-tree.ts";
import type { CozyEvent, Reporter } from "./event.ts";
import { liveArea, type TerminalStream } from "./live-area.ts";
import type { Style } from "./marks.ts";
import { grow, newTree } from "./progress-tree.ts";
import { summaryLines } from "./summary.ts";

export interface TerminalOptions extends Style {
  readonly stream: TerminalStream;
  readonly now: () => number;
  /** Runs `draw` from time to time until it is told to stop. */
  readonly repeat?: (draw: () => void) => { stop(): void };
}

/** A live tree of the plan, redrawn a few times a second, whatever the number of events. */
export function terminalReporter(options: TerminalOptions): Reporter {
  const { stream, now } = options;
  const tree = newTree();
  const area = liveArea(stream);
  let frame = 0;

  const rows = () => drawTree(tree, { ...options, width: stream.columns ?? 80, now: now(), frame });
  const draw = () => {
    frame += 1;
    area.draw(fitted(rows(), (stream.rows ?? 24) - 1));
  };
  let drawing: { stop(): void } | undefined;
  const finish = () => {
    if (drawing === undefined) return;
    drawing.stop();
    drawing = undefined;
    const lines = rows().map((row) => row.text);
    area.draw(tree.ended === undefined ? lines : [...lines, ...summaryLines(tree, tree.ended, options)]);
    area.close();
  };

  return {
    report: (event: CozyEvent) => {
      grow(tree, event);
      if (event.type === "plan-ended") finish();
      else if (event.type === "plan-started") {
        draw();
        drawing = (options.repeat ?? twelveTimesASecond)(draw);
      }
    },
    close: finish,
  };
}

/** Where the terminal is too low, what is to come goes first, then what is past: the picture must never scroll while it is live. */
function fitted(rows: readonly Row[], height: number): string[] {
  let kept = [...rows];
  for (const kind of ["future", "past", "heading", "present"] as const) {
    for (let at = kept.length - 1; at >= 0 && kept.length > height; at -= 1) {
      const index = kind === "future" ? at : kept.findIndex((row) => row.kind === kind);
      if (index === -1) break;
      if (kept[index]?.kind === kind) kept = kept.toSpliced(index, 1);
    }
  }
  return kept.map((row) => row.text);
}

function twelveTimesASecond(draw: () => void): { stop(): void } {
  const timer = setInterval(draw, 1000 / 12).unref();
  return { stop: () => clearInterval(timer) };
}
