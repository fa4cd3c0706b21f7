import type { DataSets } from "./data-sets";
import type { Server } from "./server";
import type { Table } from "./table";

export type Context = {
  /** the embedded PostgreSQL; DATABASE_URL is its address */
  server: Server;
  /** for whatever a suite writes; PostgreSQL can read it, and it is removed at the end */
  folder: string;
  /** how often everything is measured */
  runs: number;
  /** numbers of resources, ascending */
  sizes: readonly number[];
  data: DataSets;
  /** of what is random in the suite `soak` */
  seed: number;
  /** how many the suite `serve` asks about; `vitals` at most a million */
  observations: number;
  /** of the suite `vitals`: only pages whose names begin so, with commas; undefined: all */
  pages?: string;
  /** progress, to stderr */
  say: (text: string) => void;
};

/** A line of the targets' table: what is asked, and what this run shows. */
export type Target = { target: string; reached: string };

export type Findings = {
  tables: Table[];
  targets?: Target[];
  /** the figures behind the tables, for the JSON file */
  measured: unknown;
};

/** One section of docs/benchmarks.md. */
export type Suite = {
  title: string;
  /** a sentence or two: what is measured, against what */
  about: string;
  run: (context: Context) => Promise<Findings>;
};
