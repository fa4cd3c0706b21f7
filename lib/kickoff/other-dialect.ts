import type { Dialect, ExportRequest } from "@/lib/contract/export-request";
import type { AppError } from "@/lib/errors";
import { methodOf } from "./export-request-line";

/** Words that complain of the form of a list rather than of what stands in it. */
const repeats =
  /repeat|more than (once|one)|multiple|duplicate|only one|single|at most one|cardinality/i;
const commas = /comma|delimit|separat|\bsplit/i;

/**
 * The form to try once after a server has refused a kick-off for its form: POST where GET is not
 * allowed and the other way round, repeated lists in place of joined ones and the other way round.
 * Only where the server's words are about the form: one that refuses a type, and would of repeated
 * types read the first alone, must not be talked into a smaller export.
 * @param error what kickOff threw
 * @returns null where the refusal is about something else, or the other form would be the same
 */
export function otherDialect(
  error: AppError,
  tried: Dialect,
  request: ExportRequest,
): Dialect | null {
  if (error.code !== "kickoff-refused") return null;
  const status = Number(error.params.status);
  const reason = String(error.params.reason);
  const free = !request.method && !request.patient?.length;
  const method = methodOf(request, tried);
  if (method === "GET") {
    const wantsPost = status === 405 || /\bPOST\b/.test(reason);
    if (wantsPost) return free && tried !== "post" ? "post" : null;
  } else {
    const wantsGet = [405, 415, 501].includes(status) || /\bGET\b/.test(reason);
    return wantsGet && free && tried === "post" ? "mixed" : null;
  }
  const lists = [request.resource_types, request.elements, request.include_associated_data];
  const long = lists.filter((list) => list && list.length > 1) as string[][];
  const filters = (request.type_filter?.length ?? 0) > 1;
  if (long.length === 0 && !filters) return null;
  // "Patient,Condition" taken for the name of one type.
  const unsplit = [...long, request.type_filter ?? []].some(
    (list) => list.length > 1 && reason.replaceAll(/\s/g, "").includes(list.join(",")),
  );
  if (tried === "repeat") return repeats.test(reason) || commas.test(reason) ? "comma" : null;
  if (tried === "comma") return unsplit || commas.test(reason) ? "repeat" : null;
  if (unsplit) return "repeat";
  if (filters && (repeats.test(reason) || /_typeFilter/.test(reason))) return "comma";
  return long.length > 0 && commas.test(reason) ? "repeat" : null;
}
