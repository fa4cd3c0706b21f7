import pg from "pg";
import { parseEnv } from "@/lib/settings/env";
import { type Distribution, distribution } from "@/lib/store/distribution";
import { distributionSteps } from "@/lib/store/distribution-steps";
import { migrationLock, pendingMigrations } from "@/lib/store/migrate";
import { openDatabase } from "./application";
import { say } from "./say";

const usage = "Usage: npm run distribute -- [--dry-run] [--shards NUMBER]";

function optionsOf(args: string[]): { dryRun: boolean; shards: number | undefined } {
  let dryRun = false;
  let shards: number | undefined;
  for (let i = 0; i < args.length; i += 1) {
    const value = Number(args[i + 1]);
    if (args[i] === "--dry-run") dryRun = true;
    else if (args[i] === "--shards" && Number.isInteger(value) && value > 0 && value <= 64_000) {
      shards = value;
      i += 1;
    } else throw new Error(usage);
  }
  return { dryRun, shards };
}

/** Is the extension in this database, or could it be? @throws Error, a sentence for people, where not */
async function ensureCitus(client: pg.Client, installed: boolean, dryRun: boolean): Promise<void> {
  if (installed) return;
  const { rows } = await client.query<{ name: string }>(
    "SELECT name FROM pg_available_extensions WHERE name = 'citus'",
  );
  if (rows.length === 0) {
    throw new Error(
      'This PostgreSQL has no Citus: its extension "citus" is not installed on the server. Nothing was changed. ' +
        "docs/cluster.md says what a cluster needs; without Citus, more workers on more machines share one PostgreSQL.",
    );
  }
  if (dryRun) return say.line("CREATE EXTENSION citus;");
  try {
    await client.query("CREATE EXTENSION IF NOT EXISTS citus");
  } catch (cause) {
    throw new Error(
      `The extension citus cannot be created (${(cause as Error).message}). It must stand first in the server's ` +
        "shared_preload_libraries, and a superuser runs CREATE EXTENSION citus in this database and on every node " +
        "(docs/cluster.md).",
      { cause },
    );
  }
  say.done("citus", "extension created");
}

function table({ tables }: Distribution, done: ReadonlyMap<string, string[]>): string {
  const lines = [
    ["table", "distributed by", "partitions", "done now"],
    ...tables.map(({ table, column, partitions }) => [
      table,
      column ?? "–",
      String(partitions),
      done.get(table)?.join(", ") ?? "nothing: it was so before",
    ]),
  ];
  const widths = [0, 1, 2].map((i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  "))
    .join("\n");
}

/**
 * `npm run distribute`: spreads the data tables of DATABASE_URL over the nodes of a Citus cluster, by
 * patient (docs/cluster.md). Safe to repeat: what is done stays, what is missing is made. `--dry-run`
 * prints the statements and changes nothing; `--shards` says into how many parts.
 * @throws Error, a sentence for people, where there is no DATABASE_URL or no Citus
 */
export default async function distribute(args: string[]): Promise<void> {
  const { dryRun, shards } = optionsOf(args);
  const settings = parseEnv(process.env);
  if (!settings.DATABASE_URL) {
    throw new Error(
      "npm run distribute needs DATABASE_URL, the address of a Citus cluster's coordinator. The embedded PostgreSQL " +
        "has no Citus (docs/cluster.md).",
    );
  }
  const client = new pg.Client({ connectionString: settings.DATABASE_URL });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    throw new Error(`The database of DATABASE_URL cannot be used (${message || code}).`, { cause });
  }
  try {
    await ensureCitus(client, (await distribution(client)).installed, dryRun);
    if (!dryRun) await openDatabase(settings);
    // One at a time, and not beside a start, which looks after new tables by itself.
    await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    const before = await distribution(client);
    const other = before.tables.find(({ column }) => column !== null && column !== "patient_id");
    if (other) {
      throw new Error(
        `The table ${other.table} is distributed by ${other.column}, not by patient_id. Bring it back first: ` +
          `SELECT undistribute_table('${other.table}')`,
      );
    }
    const steps = distributionSteps(before, { shards });
    if (dryRun) {
      const pool = new pg.Pool({ connectionString: settings.DATABASE_URL, max: 1 });
      const pending = await pendingMigrations(pool).finally(() => pool.end());
      if (pending.length > 0) say.note(`Migrations come first: ${pending.join(", ")}.`);
      for (const { sql } of steps) say.line(`${sql};`);
      if (steps.length === 0) say.note("Nothing to do: every data table is distributed.");
      return;
    }
    const nodes = await client.query("SELECT * FROM citus_get_active_worker_nodes()");
    if (nodes.rowCount === 0) {
      say.note("The cluster has no other nodes yet: all shards go to this one (citus_add_node).");
    }
    const done = new Map<string, string[]>();
    for (const { table: name, sql } of steps) {
      await client.query(sql);
      const what = sql.includes("create_distributed_table") ? "distributed" : "local copy removed";
      done.set(name, [...(done.get(name) ?? []), what]);
    }
    say.line(table(await distribution(client), done));
    say.done(
      "cluster",
      `${nodes.rowCount ?? 0} nodes beside the coordinator; all other tables stay on it`,
    );
  } finally {
    await client.end();
  }
}
