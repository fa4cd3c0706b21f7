import { list, object, text } from "./resources/json-values";
import type { Json } from "./resources/row-columns";

export type OutcomeIssue = { severity: string; code: string; diagnostics: string | null };

/** PostgreSQL's text cannot hold it. */
const storable = (value: string) => value.replaceAll("\u0000", "");

/** The issues of an OperationOutcome; one of unknown code where it has none, so that it is not lost. */
export function outcomeIssues(resource: Json): OutcomeIssue[] {
  const issues = list(resource.issue).map((value) => {
    const issue = object(value);
    const details = object(issue.details);
    const words =
      text(issue.diagnostics) ??
      text(details.text) ??
      text(object(list(details.coding)[0]).display);
    return {
      severity: storable(text(issue.severity) ?? "error"),
      code: storable(text(issue.code) ?? "unknown"),
      diagnostics: words === null ? null : storable(words),
    };
  });
  return issues.length > 0 ? issues : [{ severity: "error", code: "unknown", diagnostics: null }];
}
