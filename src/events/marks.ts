import { createColors } from "picocolors";

/** The signs of a tree, in colour or without, in Unicode or in what any terminal has. */
interface Marks {
  readonly done: string;
  readonly failed: string;
  readonly undone: string;
  readonly interrupted: string;
  readonly skipped: string;
  readonly waiting: string;
  readonly warning: string;
  readonly bar: string;
  readonly dots: string;
  readonly spinner: readonly string[];
  /** A part of a bar that is filled, and one that is not. */
  readonly full: string;
  readonly empty: string;
  /** Columns of a small chart, growing. */
  readonly levels: readonly string[];
  /** Between one step and the next. */
  readonly arrow: string;
}

type Colours = ReturnType<typeof createColors>;

export interface Style {
  readonly colours: Colours;
  readonly marks: Marks;
}

export function styleOf(options: { readonly colour: boolean; readonly unicode: boolean }): Style {
  const colours = createColors(options.colour);
  const signs = options.unicode ? unicodeSigns : asciiSigns;
  return {
    colours,
    marks: {
      done: colours.green(signs.done),
      failed: colours.red(signs.failed),
      undone: colours.yellow(signs.undone),
      interrupted: colours.yellow(signs.interrupted),
      skipped: colours.dim(signs.skipped),
      waiting: colours.dim(signs.waiting),
      warning: colours.yellow(signs.warning),
      bar: colours.dim(signs.bar),
      dots: signs.dots,
      full: signs.full,
      empty: signs.empty,
      levels: signs.levels,
      arrow: signs.arrow,
      spinner: signs.spinner.map((frame) => colours.cyan(frame)),
    },
  };
}

const unicodeSigns = {
  done: "✓",
  failed: "✗",
  undone: "↩",
  interrupted: "◦",
  skipped: "–",
  waiting: "·",
  warning: "!",
  bar: "│",
  dots: "…",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
  full: "█",
  empty: "░",
  levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  arrow: "→",
};

const asciiSigns = {
  done: "+",
  failed: "x",
  undone: "<",
  interrupted: "o",
  skipped: "-",
  waiting: ".",
  warning: "!",
  bar: "|",
  dots: "..",
  spinner: ["-", "\\", "|", "/"],
  full: "#",
  empty: ".",
  levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
  arrow: ">",
};
