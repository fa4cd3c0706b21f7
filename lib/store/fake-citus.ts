import type pg from "pg";

/**
 * For tests: stands in for the Citus extension up to its own functions. Rows stay where they are; what
 * is played is what Citus remembers (`pg_dist_partition`), when it distributes by itself (a partition
 * that is attached), and what it refuses: a unique key without the distribution column, a foreign key
 * to a plain table, a trigger, an identity, a repeat. Calls stand in `citus_calls`. It plans no query:
 * what Citus' planner refuses, `refusedByCitus` looks for.
 */
export async function fakeCitus(pool: pg.Pool): Promise<void> {
  await pool.query(`
    CREATE TABLE pg_dist_partition (
      logicalrelid regclass PRIMARY KEY, partkey text NOT NULL, beside text NOT NULL, shards int NOT NULL);
    CREATE TABLE citus_calls (no bigint GENERATED ALWAYS AS IDENTITY, call text NOT NULL);

    CREATE FUNCTION column_to_column_name(regclass, text) RETURNS text LANGUAGE sql AS 'SELECT $2';
    CREATE FUNCTION citus_get_active_worker_nodes() RETURNS TABLE (node_name text, node_port int)
      LANGUAGE sql AS $$ VALUES ('node-1', 5432), ('node-2', 5432) $$;

    CREATE FUNCTION citus_check(relation regclass, distributed_by text) RETURNS void
      LANGUAGE plpgsql AS $$
    DECLARE found text;
    BEGIN
      SELECT i.indexrelid::regclass::text INTO found FROM pg_index AS i
       WHERE i.indrelid = relation AND (i.indisunique OR i.indisexclusion) AND NOT EXISTS (
         SELECT FROM pg_attribute AS a
          WHERE a.attrelid = relation AND a.attnum = ANY(i.indkey) AND a.attname = distributed_by);
      IF found IS NOT NULL THEN
        RAISE 'cannot create constraint on "%"', relation USING ERRCODE = '0A000', DETAIL = found ||
          ': Distributed relations cannot have UNIQUE, EXCLUDE, or PRIMARY KEY constraints that do not '
          'include the partition column';
      END IF;
      SELECT conname INTO found FROM pg_constraint
       WHERE contype = 'f' AND (conrelid = relation OR confrelid = relation);
      IF found IS NOT NULL THEN
        RAISE 'cannot create foreign key constraint "%"', found USING ERRCODE = '0A000';
      END IF;
      SELECT tgname INTO found FROM pg_trigger WHERE tgrelid = relation AND NOT tgisinternal;
      IF found IS NOT NULL THEN
        RAISE 'triggers are not supported on distributed tables: %', found USING ERRCODE = '0A000';
      END IF;
      SELECT attname INTO found FROM pg_attribute WHERE attrelid = relation AND attidentity <> '';
      IF found IS NOT NULL THEN
        RAISE 'cannot distribute % with identity column %', relation, found USING ERRCODE = '0A000';
      END IF;
    END $$;

    CREATE FUNCTION create_distributed_table(
      table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
      colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL
    ) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      shards int := COALESCE(shard_count, 32);
      part regclass;
    BEGIN
      INSERT INTO citus_calls (call) VALUES (
        concat_ws(' ', 'distribute', table_name, distribution_column, colocate_with, shard_count));
      IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name) THEN
        RAISE 'table "%" is already distributed', table_name USING ERRCODE = '42P16';
      END IF;
      IF colocate_with NOT IN ('default', 'none') THEN
        IF shard_count IS NOT NULL THEN
          RAISE 'Cannot use colocate_with with a table and shard_count at the same time';
        END IF;
        SELECT d.shards INTO shards FROM pg_dist_partition AS d
         WHERE d.logicalrelid = colocate_with::regclass;
        IF NOT FOUND THEN RAISE 'relation % is not distributed', colocate_with; END IF;
      END IF;
      IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column
                       AND attnotnull) THEN
        RAISE 'column % of % does not exist or can be NULL', distribution_column, table_name;
      END IF;
      FOR part IN SELECT relid FROM pg_partition_tree(table_name) LOOP
        PERFORM citus_check(part, distribution_column);
        INSERT INTO pg_dist_partition VALUES (part, distribution_column,
          CASE WHEN colocate_with IN ('default', 'none') THEN table_name::text ELSE colocate_with END, shards);
      END LOOP;
    END $$;

    CREATE FUNCTION truncate_local_data_after_distributing_table(function_name regclass) RETURNS void
      LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO citus_calls (call) VALUES ('truncate ' || function_name);
      IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = function_name) THEN
        RAISE 'supplied parameter is not a distributed relation';
      END IF;
    END $$;

    CREATE FUNCTION citus_after_command() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE known record;
    BEGIN
      DELETE FROM pg_dist_partition WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = logicalrelid);
      FOR known IN
        SELECT i.inhrelid::regclass AS part, d.* FROM pg_dist_partition AS d
          JOIN pg_inherits AS i ON i.inhparent = d.logicalrelid
         WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = i.inhrelid)
      LOOP
        INSERT INTO citus_calls (call) VALUES ('attach ' || known.part);
        INSERT INTO pg_dist_partition VALUES (known.part, known.partkey, known.beside, known.shards);
      END LOOP;
      PERFORM citus_check(logicalrelid, partkey) FROM pg_dist_partition;
    END $$;
    CREATE EVENT TRIGGER citus_after_command ON ddl_command_end EXECUTE FUNCTION citus_after_command();
  `);
}
