/** An issue of an OperationOutcome. */
export interface Issue {
  severity: "fatal" | "error" | "warning" | "information";
  code: string;
  diagnostics: string;
}

/** An OperationOutcome with one issue, as a plain object. */
export function outcome(
  diagnostics: string,
  code = "processing",
  severity: Issue["severity"] = "error",
) {
  return { resourceType: "OperationOutcome", issue: [{ severity, code, diagnostics }] };
}

/** The same as a FHIR response. */
export function outcomeResponse(
  status: number,
  diagnostics: string,
  code = "processing",
  headers: Record<string, string> = {},
): Response {
  const severity = status < 400 ? "information" : "error";
  return new Response(JSON.stringify(outcome(diagnostics, code, severity)), {
    status,
    headers: { "Content-Type": "application/fhir+json; charset=utf-8", ...headers },
  });
}
