import pc from "picocolors";

/** Lines that are drawn again and again at the end of the output; everything else goes above them. */
export type LiveLines = { clear: () => void; draw: () => void };
let live: LiveLines | undefined;

function print(text: string): void {
  live?.clear();
  console.log(text);
  live?.draw();
}

/** What the starters tell at the console: one voice, colours only at a terminal. */
export const say = {
  /** something is done */
  done: (what: string, detail = "") =>
    print(`${pc.green("✓")} ${what.padEnd(10)} ${detail}`.trimEnd()),
  /** something to know that is neither success nor failure */
  note: (text: string) => print(`${pc.yellow("!")} ${text}`),
  failed: (text: string) => print(`${pc.red("✗")} ${text}`),
  /** a line of one of the programs */
  from: (name: string, line: string) => print(`${pc.dim(`[${name}]`)} ${line}`),
  line: (text = "") => print(text),
  /** keeps these lines below everything that is said, until undefined */
  live(lines: LiveLines | undefined): void {
    live = lines;
  },
};
