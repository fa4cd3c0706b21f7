import type { Distribution } from "./distribution";

export type DistributionStep = { table: string; sql: string };

/**
 * The statements that are missing until every data table is distributed by patient, side by side with
 * `patients`: none where that is done. Each may be repeated and each stands for itself, so that whoever
 * was interrupted goes on here. Rows that are there go to the nodes with their table; what they leave
 * behind on the coordinator is freed.
 * @param shards into how many parts the tables are cut; Citus' own setting (32) unless told. Said once,
 *   with the first table: the others have as many
 */
export function distributionSteps(
  { tables }: Distribution,
  { shards }: { shards?: number } = {},
): DistributionStep[] {
  const first = tables.find(({ column }) => column !== null)?.table ?? tables[0]?.table;
  return tables.flatMap(({ table, column, localBytes }) => {
    const beside =
      table === first
        ? `'none'${shards === undefined ? "" : `, shard_count => ${shards}`}`
        : `'${first}'`;
    return [
      column === null &&
        `SELECT create_distributed_table('${table}', 'patient_id', colocate_with => ${beside})`,
      localBytes > 0 && `SELECT truncate_local_data_after_distributing_table('${table}')`,
    ].flatMap((sql) => (sql ? [{ table, sql }] : []));
  });
}
