import { dataTables } from "./data-tables";

const dataTable = `(?:${dataTables.join("|")})(?:_[0-9a-f]{32})?`;
const named = (before: string) => new RegExp(`\\b(?:${before})\\s+"?${dataTable}"?(?![\\w"])`, "i");
const read = named("FROM|JOIN|USING");
const touched = named("FROM|JOIN|USING|INTO|UPDATE|COPY|TABLE|ON|TRUNCATE");

/** What stands between a parenthesis at `open` and its end. */
function inside(sql: string, open: number): string {
  let depth = 0;
  for (let i = open; i < sql.length; i += 1) {
    if (sql[i] === "(") depth += 1;
    else if (sql[i] === ")") depth -= 1;
    if (depth === 0) return sql.slice(open + 1, i);
  }
  return sql.slice(open + 1);
}

/** The same with everything in parentheses left out. */
function ownLevel(sql: string): string {
  let text = sql;
  for (let shorter = ""; ; text = shorter) {
    shorter = text.replace(/\([^()]*\)/g, " ");
    if (shorter === text) return text;
  }
}

/** The query that what stands at `place` is a part of, and what of it stands before. */
function around(sql: string, place: number): { all: string; before: string } {
  let start = place;
  for (let depth = 0; start > 0; start -= 1) {
    const sign = sql[start - 1];
    if (sign === ")") depth += 1;
    else if (sign === "(") depth -= 1;
    if (depth < 0) break;
  }
  const all = start > 0 ? inside(sql, start - 1) : sql;
  return { all, before: sql.slice(start, place) };
}

/** Is this beginning of a query still in its list of columns? */
const isInList = (begin: string): boolean => !/\b(FROM|WHERE|VALUES)\b/i.test(ownLevel(begin));

/** Does a subquery name a table that is not its own? */
function looksOutside(body: string): boolean {
  const own = new Set(
    [...body.matchAll(/\b(?:FROM|JOIN|AS|,) "?(\w+)"?(?: (?:AS )?"?(\w+)"?)?/gi)].flat(),
  );
  return [...body.matchAll(/\b([a-z]\w*)\.\w/g)].some(([, name]) => !own.has(name ?? ""));
}

const alterable =
  /^(ADD COLUMN (?!.*\b(UNIQUE|PRIMARY|REFERENCES|CHECK|GENERATED|SERIAL|BIGSERIAL)\b)|DROP COLUMN |ALTER COLUMN "?\w+"? (SET|DROP) (NOT NULL|DEFAULT)|ALTER COLUMN "?\w+"? (SET DATA )?TYPE |DROP CONSTRAINT |VALIDATE CONSTRAINT |SET ?\(|RESET ?\(|SET$|RESET$|RENAME )/i;
const alone = /^(ADD CONSTRAINT "?\w+"? |ATTACH PARTITION |DETACH PARTITION \S+$)/i;

/**
 * For tests: why Citus 13 would refuse this statement on distributed data tables, as far as its text
 * shows; undefined where nothing speaks against it. The rules are those of Citus' planner and of its
 * list of ALTER TABLE commands (docs/cluster.md).
 */
export function refusedByCitus(statement: string): string | undefined {
  const sql = statement
    .replace(/--.*$/gm, " ")
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/;$/, "");
  if (!touched.test(sql)) return;
  if (/\bFOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b/i.test(sql)) {
    return "rows of data tables cannot be locked by a SELECT";
  }
  if (/\bWITH RECURSIVE\b|\bTABLESAMPLE\b|\bGROUPING SETS\b|\b(CUBE|ROLLUP) ?\(/i.test(sql)) {
    return "recursive queries, samples and grouping sets need one node";
  }
  if (/^MERGE\b/i.test(sql)) return "MERGE needs tables that lie side by side";
  if (/\(\s*(INSERT INTO|UPDATE|DELETE FROM) /i.test(sql)) return "a modifying WITH";
  const target = /^(?:WITH .*)?\b(UPDATE|DELETE FROM)( ONLY)? "?(\w+)"?/i.exec(ownLevel(sql));
  if (target) {
    const own = new RegExp(`^${dataTable}$`, "i").test(target[3] ?? "");
    if (!own && read.test(sql)) return "a plain table cannot be changed FROM data tables";
    if (own && /\bSET ?\([^)]*\) ?= ?\(/i.test(sql)) return "SET (a, b) = (SELECT …)";
    if (own && /\b(random|clock_timestamp|gen_random_uuid|nextval)\(/i.test(sql)) {
      return "a volatile function in UPDATE or DELETE";
    }
  }
  for (const found of sql.matchAll(/\bLATERAL \(/gi)) {
    const open = found.index + found[0].length - 1;
    const body = ownLevel(inside(sql, open));
    const beside = read.test(
      ownLevel(around(sql, open).before)
        .split(/\bUNION\b/i)
        .at(-1) ?? "",
    );
    if ((beside || read.test(body)) && /\b(LIMIT|OFFSET)\b/i.test(body))
      return "a LATERAL subquery with LIMIT or OFFSET";
  }
  for (const found of sql.matchAll(/(?:\b(EXISTS|IN|SELECT)|,) ?\(\s*(?=SELECT )/gi)) {
    const open = found.index + found[0].trimEnd().length - 1;
    const body = inside(sql, open);
    const query = around(sql, open);
    const ofDataTables = read.test(ownLevel(query.all));
    if (isInList(query.before)) {
      if (ofDataTables) return "a subquery outside FROM, WHERE and HAVING of data tables";
    } else if (read.test(ownLevel(body)) !== ofDataTables && looksOutside(body)) {
      return "a subquery that looks from a plain table into a data table, or the other way round";
    }
  }
  if (/\barray_agg\((?!DISTINCT)[^()]*(\([^()]*\)[^()]*)*\)/i.test(sql)) {
    const ordered = /\bORDER BY \w+(\.\w+)? ?\) AS \w+ GROUP BY/i.test(sql);
    if (ordered && !/\barray_agg\([^()]* ORDER BY /i.test(sql)) {
      return "array_agg keeps no order of a subquery over several nodes";
    }
  }
  if (/^CREATE (OR REPLACE )?(CONSTRAINT )?(TRIGGER|RULE)\b/i.test(sql)) {
    return "data tables have no triggers and no rules";
  }
  const unique = /^CREATE UNIQUE INDEX\b[^(]*\((.*)\)/i.exec(sql);
  if (unique && !/\bpatient_id\b/.test(unique[1] ?? "")) return "a unique key without patient_id";
  const altered = new RegExp(`^ALTER TABLE (?:ONLY )?"?${dataTable}"? (.*)$`, "i").exec(sql);
  if (altered) {
    const commands = ownLevel(altered[1] ?? "")
      .split(",")
      .map((command) => command.trim());
    const refused = commands.find(
      (command) => !(alterable.test(command) || (commands.length === 1 && alone.test(command))),
    );
    if (refused !== undefined) return `ALTER TABLE … ${refused}`;
  }
}
