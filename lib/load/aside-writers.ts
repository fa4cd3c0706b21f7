import type { PoolClient } from "pg";
import { deletedEntries } from "./deleted-entries";
import type { Writer } from "./load-chunks";
import { outcomeIssues } from "./outcome-issues";
import type { Line } from "./read-lines";
import type { Json } from "./resources/row-columns";

/** A line of an error or deleted file. */
export type Aside = { line: Line; resource: Json };

type File = { jobId: string; fileId: string };

/** OperationOutcomes of the manifest's error files → export_outcomes, an issue a row. */
export function outcomeWriter(client: PoolClient, file: File): Writer<Aside> {
  return {
    async write(items) {
      const rows = items.flatMap(({ line, resource }) =>
        outcomeIssues(resource).map((issue, index) => ({ ...issue, line: line.no, no: index + 1 })),
      );
      await client.query(
        `INSERT INTO export_outcomes
           (file_id, job_id, line_no, issue_no, severity, code, diagnostics)
         SELECT $1, $2, * FROM unnest($3::int[], $4::int[], $5::text[], $6::text[], $7::text[])
         ON CONFLICT DO NOTHING`,
        [
          file.fileId,
          file.jobId,
          rows.map(({ line }) => line),
          rows.map(({ no }) => no),
          rows.map(({ severity }) => severity),
          rows.map(({ code }) => code),
          rows.map(({ diagnostics }) => diagnostics),
        ],
      );
      return { accepted: items.length, duplicates: 0 };
    },
    recover: async () => false,
  };
}

/** Bundles of the manifest's deleted files → deleted_resources, a DELETE entry a row. */
export function deletionWriter(client: PoolClient, file: File): Writer<Aside> {
  return {
    async write(items) {
      const rows = items.flatMap(({ line, resource }) =>
        deletedEntries(resource).map((entry, index) => ({
          ...entry,
          line: line.no,
          no: index + 1,
        })),
      );
      await client.query(
        `INSERT INTO deleted_resources
           (file_id, job_id, line_no, entry_no, resource_type, resource_id)
         SELECT $1, $2, * FROM unnest($3::int[], $4::int[], $5::text[], $6::text[])
         ON CONFLICT DO NOTHING`,
        [
          file.fileId,
          file.jobId,
          rows.map(({ line }) => line),
          rows.map(({ no }) => no),
          rows.map(({ resourceType }) => resourceType),
          rows.map(({ resourceId }) => resourceId),
        ],
      );
      return { accepted: items.length, duplicates: 0 };
    },
    recover: async () => false,
  };
}
