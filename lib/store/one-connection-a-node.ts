/**
 * For a transaction that changes tables. Citus otherwise sends such statements over several connections
 * a node, which wait for each other where names are long or a statement builds on the one before it.
 * To a PostgreSQL without Citus it is a setting that nobody reads.
 */
export const oneConnectionANode = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'";
