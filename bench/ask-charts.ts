import { ChartName } from "@/lib/contract/chart";
import { chart } from "@/lib/query/chart";
import { closeDatabase, database } from "@/lib/store/client";

const filters = [
  { sex: ["female"] },
  { age: ["40-49"] },
  { sex: ["male"], age: ["30-39", "50-59"] },
  { from: "2022-01", to: "2023-06" },
  { sex: ["female"], age: ["20-29"], from: "2021-03", to: "2024-02" },
] as const satisfies Parameters<typeof chart>[1][] | readonly unknown[];

/**
 * Milliseconds of every chart under five filters, each asked for the first time in this process (nothing is
 * remembered), without HTTP and without a load beside it: to look at one room while it is worked on.
 * `npx tsx bench/ask-charts.ts one|all`, with DATABASE_URL of a database of the suite `serve`.
 */
async function askCharts(scope: string | undefined) {
  const { rows } = await database().pool.query<{ id: string }>(
    "SELECT etl_job_id AS id FROM roll_up_jobs JOIN export_jobs AS j ON j.id = etl_job_id WHERE settled ORDER BY 1",
  );
  const codes = (await chart("observation-codes", {})).codes.slice(0, 5);
  for (const name of ChartName.options) {
    const ms: number[] = [];
    for (const [n, filter] of filters.entries()) {
      const job = scope === "one" ? [rows[n % rows.length]?.id ?? ""] : undefined;
      const startedAt = performance.now();
      await chart(name, {
        ...structuredClone(filter),
        job,
        code: codes[n % codes.length]?.code,
      } as Parameters<typeof chart>[1]);
      ms.push(Math.round(performance.now() - startedAt));
    }
    console.log(name.padEnd(30), ...ms);
  }
  await closeDatabase();
}

await askCharts(process.argv[2]);
