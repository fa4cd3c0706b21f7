import { dataTables } from "@/lib/store/data-tables";
import { LeaseLost } from "@/lib/store/lease-lost";
import { forgetRollUps } from "./forget-roll-ups";
import { inTransaction } from "./in-transaction";
import { partitionName } from "./partition-name";
import { withClient } from "./with-client";

/**
 * Before a file is fetched again of which a part was loaded: the server may answer otherwise than
 * before, so that the place where its load stopped means nothing, and a row of its may have taken
 * the place of another file's. So the job's load begins anew, from the files on disk: its rows,
 * rejected lines, outcomes and deletions go, and every file is due for load again. Whoever loads
 * another file of the job at this moment loses its lease. Nothing happens where nothing of the file
 * was loaded. One transaction; safe to repeat.
 * @returns whether the load begins anew
 * @throws LeaseLost where the file is another worker's; AppError database-unavailable
 */
export async function restartLoad(file: {
  jobId: string;
  fileId: string;
  leaseHolder: string;
}): Promise<boolean> {
  return withClient((client) =>
    inTransaction(client, async () => {
      // All of the job's files, in one order: two that restart wait for each other.
      const { rows } = await client.query<{ id: string; holder: string | null; loaded: boolean }>(
        `SELECT id, locked_by AS holder, loaded_bytes > 0 AS loaded FROM export_files
          WHERE job_id = $1 ORDER BY id FOR NO KEY UPDATE`,
        [file.jobId],
      );
      const own = rows.find(({ id }) => id === file.fileId);
      if (own?.holder !== file.leaseHolder) throw new LeaseLost(`file ${file.fileId}`);
      if (!own.loaded) return false;
      await forgetRollUps(client, file.jobId);
      await client.query(
        `TRUNCATE ${dataTables.map((table) => partitionName(table, file.jobId)).join(", ")}`,
      );
      for (const aside of ["rejected_lines", "export_outcomes", "deleted_resources"]) {
        await client.query(`DELETE FROM ${aside} WHERE job_id = $1`, [file.jobId]);
      }
      await client.query(
        `UPDATE export_files
            SET loaded_bytes = 0, lines = 0, accepted = 0, duplicates = 0, rejected = 0,
                load_started_at = NULL, loaded_at = NULL,
                state = CASE state WHEN 'loaded' THEN 'downloaded' ELSE state END,
                locked_by = CASE WHEN id = $2 THEN locked_by END,
                locked_until = CASE WHEN id = $2 THEN locked_until END
          WHERE job_id = $1 AND (state = 'loaded' OR loaded_bytes > 0)`,
        [file.jobId, file.fileId],
      );
      return true;
    }),
  );
}
