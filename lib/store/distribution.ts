import type pg from "pg";

export type DistributedTable = {
  table: string;
  /** by which it is distributed; null: a plain table of one PostgreSQL */
  column: string | null;
  partitions: number;
  /** rows of before its distribution that still lie on the coordinator, in bytes */
  localBytes: number;
};

export type Distribution = {
  /** Citus is in this database */
  installed: boolean;
  /** every data table: what is partitioned by etl_job_id; patients first, the others lie beside it */
  tables: DistributedTable[];
};

/**
 * How this database's data tables are distributed over the nodes of a Citus cluster (DESIGN section 8).
 * The catalog tells which they are, so that one that a later migration adds is among them.
 * @throws the database's error
 */
export async function distribution(runner: Pick<pg.ClientBase, "query">): Promise<Distribution> {
  const { rows: found } = await runner.query<{ installed: boolean }>(
    "SELECT to_regclass('pg_dist_partition') IS NOT NULL AS installed",
  );
  const installed = found[0]?.installed ?? false;
  const { rows } = await runner.query<DistributedTable>(
    `SELECT c.relname AS table, ${installed ? "column_to_column_name(d.logicalrelid, d.partkey)" : "NULL"} AS column,
            (SELECT count(*)::int FROM pg_inherits WHERE inhparent = c.oid) AS partitions,
            (SELECT sum(pg_relation_size(relid))::float8 FROM pg_partition_tree(c.oid)) AS "localBytes"
       FROM pg_partitioned_table AS p
       JOIN pg_class AS c ON c.oid = p.partrelid
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY(p.partattrs)
       ${installed ? "LEFT JOIN pg_dist_partition AS d ON d.logicalrelid = c.oid" : ""}
      WHERE a.attname = 'etl_job_id' AND NOT c.relispartition AND pg_table_is_visible(c.oid)
      ORDER BY c.relname <> 'patients', c.relname`,
  );
  return { installed, tables: rows };
}
