import pg, { type PoolClient } from "pg";

const text = (value: string | number) =>
  typeof value === "number" ? String(BigInt(value)) : pg.escapeLiteral(value);

/** What of a statement stands in its text: uuids, words and whole numbers. */
export type Literal = string | number | readonly (string | number)[];

const literal = (value: Literal) =>
  typeof value === "object" ? `ARRAY[${value.map(text).join(",")}]` : text(value);

/** A statement with its values in its text, so that it can go with others in one message. */
export const inText = (strings: TemplateStringsArray, ...values: readonly Literal[]): string =>
  String.raw({ raw: strings }, ...values.map(literal));

/**
 * A transaction in as few messages as it takes, for PostgreSQL waits at each for this process, which
 * parses lines meanwhile: its begin goes with the fence, the last statement with COMMIT. Its COMMIT does
 * not wait for the disk: rows and offset are one transaction, so a crash of PostgreSQL only loses the
 * last ones, whole, and the load goes on from the offset that is left.
 * @param fence selects and locks what must be held
 * @param work gets the fence's rows; gives the last statement, or throws where nothing is held
 * @throws whatever `work` throws, or the database; everything is rolled back then
 */
export async function fencedTransaction<Row extends pg.QueryResultRow>(
  client: PoolClient,
  fence: string,
  work: (held: Row[]) => Promise<string>,
): Promise<void> {
  try {
    const begun: unknown = await client.query(
      `BEGIN; SET LOCAL synchronous_commit = off; ${fence}`,
    );
    const held = (begun as pg.QueryResult<Row>[]).at(-1)?.rows ?? [];
    await client.query(`${await work(held)}; COMMIT`);
  } catch (error) {
    // A connection that is gone cannot roll back; the server does it, and the first error tells more.
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
