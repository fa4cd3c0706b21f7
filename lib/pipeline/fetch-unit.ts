import type { SearchServer } from "@/lib/search/ask-server";
import { isNotesUrl, notesLine } from "@/lib/search/notes";
import { isUnitUrl, readUnit, searchUnit } from "@/lib/search/search-unit";
import { searchServer } from "./search-server";
import type { stageFunctions } from "./stage-functions";

/** Is this the address of a piece of a search, rather than of a server's file? */
export const isSearchUrl = (url: string): boolean => isUnitUrl(url) || isNotesUrl(url);

/**
 * Does the searches that a file of a search job stands for, and brings what they find to disk as a
 * download is brought there: whole or not at all.
 * @returns expected: how many lines the server said that there are; null where it does not count
 * @throws AppError search-…; as `fetchFile`
 */
export async function fetchUnit(
  input: {
    file: { url: string; fhirBaseUrl: string };
    path: string;
    part?: string;
    /** null: of an earlier try there is nothing to go on with */
    held?: null;
    authorize: SearchServer["authorize"];
    onBytes?: (sizeBytes: number) => void;
    signal?: AbortSignal;
  },
  stages: Pick<typeof stageFunctions, "fetchFile">,
): Promise<{ sizeBytes: number; expected: number | null }> {
  const { file, authorize, ...where } = input;
  const { body, announced } = isNotesUrl(file.url)
    ? { body: notesLine(file.url), announced: () => null }
    : searchUnit(readUnit(file.url), searchServer(file, authorize, where.signal));
  const headers = { "Content-Type": "application/fhir+ndjson" };
  const { sizeBytes } = await stages.fetchFile(
    { url: file.fhirBaseUrl, token: null, ...where },
    { fetch: async () => new Response(body, { headers }) },
  );
  return { sizeBytes, expected: announced() };
}
