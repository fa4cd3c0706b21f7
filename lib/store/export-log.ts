import { database } from "./client";

/** One item of the log as others write and read it. */
export type ExportLogItem = {
  exportId: string;
  /** ISO 8601, with milliseconds */
  timestamp: string;
  eventId: string;
  eventDetail: Record<string, unknown>;
};

type Row = { id: string; item: ExportLogItem };

const piece = 500;

// A file's lines are known once it is loaded, its download was told before: they are joined here. The
// kick-off names the server's software as its CapabilityStatement does, where we have read it.
const itemsSql = `
  SELECT e.id, json_build_object(
    'exportId', e.job_id,
    'timestamp', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'eventId', e.event,
    'eventDetail', e.detail || CASE e.event
      WHEN 'download_complete' THEN
        jsonb_build_object('resourceCount', CASE f.state WHEN 'loaded' THEN f.lines END)
      WHEN 'kickoff' THEN jsonb_build_object(
        'softwareName', c.capability->>'software', 'fhirVersion', c.capability->>'fhirVersion')
      ELSE '{}' END) AS item
  FROM export_events e
  JOIN export_jobs j ON j.id = e.job_id
  LEFT JOIN connections c ON c.id = j.connection_id
  LEFT JOIN export_files f ON e.event = 'download_complete'
    AND f.job_id = e.job_id AND f.file_no = (e.detail->>'fileNo')::int
  WHERE e.job_id = $1 AND e.id > $2
  ORDER BY e.id LIMIT ${piece}`;

/**
 * The job's whole log as NDJSON in the form that the field shares ("Bulk Data Export Log Items",
 * log version 2): one ExportLogItem a line, oldest first, read in pieces as the receiver takes them.
 * What the standard log does not name (`load_complete`, `export_failed`, …) stands there under our own
 * names. Links come without their query, requests without `patient`.
 */
export function exportLogAsNdjson(jobId: string): ReadableStream<Uint8Array> {
  let last = "0";
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { rows } = await database().pool.query<Row>(itemsSql, [jobId, last]);
      const end = rows.at(-1);
      if (end) {
        last = end.id;
        controller.enqueue(
          encoder.encode(rows.map(({ item }) => `${JSON.stringify(item)}\n`).join("")),
        );
      }
      if (rows.length < piece) controller.close();
    },
  });
}
