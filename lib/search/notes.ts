/** What should be known of a search though no file tells it; becomes an issue of an OperationOutcome. */
export type SearchNote = {
  severity: "error" | "warning" | "information";
  /** of FHIR's issue types */
  code: "not-supported" | "not-found" | "incomplete" | "informational";
  diagnostics: string;
};

const scheme = "search-notes:";

/** Is this the address of notes? */
export const isNotesUrl = (url: string): boolean => url.startsWith(scheme);

/** The notes as the address of their file, which says all of it. */
export const notesUrl = (notes: SearchNote[]): string =>
  `${scheme}OperationOutcome?issue=${encodeURIComponent(JSON.stringify(notes))}`;

/** What `notesUrl` wrote, as the line of an error file (Bulk Data Access, Response - Error). */
export function notesLine(url: string): string {
  const issue: unknown = JSON.parse(new URLSearchParams(url.split("?")[1]).get("issue") ?? "[]");
  return `${JSON.stringify({ resourceType: "OperationOutcome", issue })}\n`;
}
