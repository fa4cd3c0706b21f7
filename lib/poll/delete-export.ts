import { AppError } from "@/lib/errors";
import { readRefusal } from "@/lib/fhir/refusal";
import { type Deps, send } from "@/lib/fhir/send";

/**
 * Tells the server that an export is cancelled or that its files may go (Bulk Data Access, Delete
 * Request). A courtesy: its failure is told, not thrown.
 * @returns reason: why it did not work, null where it did (gone already counts)
 */
export async function deleteExport(
  input: { statusUrl: string; token: string | null; signal?: AbortSignal },
  deps: Deps = {},
): Promise<{ deleted: boolean; status: number | null; reason: string | null }> {
  const { statusUrl: url, token, signal } = input;
  const headers = { Accept: "application/fhir+json" };
  try {
    const response = await send({ url, method: "DELETE", token, headers, signal }, deps);
    const { status } = response;
    if (response.ok || status === 404 || status === 410) {
      await response.body?.cancel();
      return { deleted: true, status, reason: null };
    }
    const { reason } = await readRefusal(response, deps.now?.() ?? new Date());
    return { deleted: false, status, reason };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) return { deleted: false, status: null, reason: error.message };
    throw error;
  }
}
