import pc from "picocolors";

/** What the starters tell at the console: one voice, colours only at a terminal. */
export const say = {
  /** something is done */
  done: (what: string, detail = "") =>
    console.log(`${pc.green("✓")} ${what.padEnd(10)} ${detail}`.trimEnd()),
  /** something to know that is neither success nor failure */
  note: (text: string) => console.log(`${pc.yellow("!")} ${text}`),
  /** a line of one of the programs */
  from: (name: string, line: string) => console.log(`${pc.dim(`[${name}]`)} ${line}`),
  line: (text = "") => console.log(text),
};
