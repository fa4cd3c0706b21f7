import { isObject, type Json } from "./json";

const textOf = (value: unknown) => (typeof value === "string" ? value.trim() : "");

/** FHIR issue-type: what `transient` and its children say may pass by itself. */
const transientCodes = new Set(["transient", "lock-error", "no-store", "timeout", "throttled"]);

/** What a server says in the body of a refusal. */
export type Outcome = {
  /** one or more sentences in the server's own words, at most 500 characters; "" where it says none */
  text: string;
  /** it is an OperationOutcome */
  fhir: boolean;
  /** an issue says that the same request may succeed later (Bulk Data Access, Status Request) */
  transient: boolean;
};

/** Reads an OperationOutcome, an OAuth error, any other JSON, a web page or plain text. */
export function readOutcome(body: string): Outcome {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { text: bounded(plainText(body)), fhir: false, transient: false };
  }
  if (isObject(json) && json.resourceType === "OperationOutcome") {
    const issues = (Array.isArray(json.issue) ? json.issue : []).filter(isObject);
    const bad = issues.filter((issue) => ["error", "fatal"].includes(textOf(issue.severity)));
    const told = (bad.length > 0 ? bad : issues).map(issueText).filter(Boolean);
    const narrative = isObject(json.text) ? plainText(textOf(json.text.div)) : "";
    return {
      text: bounded([...new Set(told)].join("; ") || narrative),
      fhir: true,
      transient: issues.some((issue) => transientCodes.has(textOf(issue.code))),
    };
  }
  return { text: bounded(looseText(json)), fhir: false, transient: false };
}

/** The server's own words of `readOutcome` alone. */
export const outcomeText = (body: string): string => readOutcome(body).text;

function issueText(issue: Json): string {
  const details = isObject(issue.details) ? issue.details : {};
  const coding = Array.isArray(details.coding) ? details.coding.find(isObject) : undefined;
  const said = textOf(details.text);
  const diagnostics = textOf(issue.diagnostics);
  if (said && diagnostics && said !== diagnostics) return `${said} (${diagnostics})`;
  return said || diagnostics || textOf(coding?.display) || textOf(issue.code);
}

/** {"error", "error_description"}, {"message"}, problem+json, {"error": {"message"}}, "text". */
function looseText(json: unknown): string {
  if (typeof json === "string") return plainText(json);
  if (!isObject(json)) return "";
  const error = isObject(json.error) ? textOf(json.error.message) : textOf(json.error);
  const words =
    textOf(json.error_description) ||
    textOf(json.detail) ||
    textOf(json.message) ||
    textOf(json.title) ||
    textOf(json.fault);
  if (words && error && words !== error) return `${words} (${error})`;
  return words || error;
}

const entities = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["#39", "'"],
  ["nbsp", " "],
]);

/** Of a web page nobody needs more to know what it says. */
const longestPage = 64 * 1024;

function plainText(text: string): string {
  return text
    .slice(0, longestPage)
    .replace(/<(script|style|head)\b[\s\S]*?(<\/\1\s*>|$)/gi, (part) => {
      const title = /<title[^<>]*>([^<]*)/i.exec(part)?.[1];
      return title ? ` ${title} ` : " ";
    })
    .replace(/<[^<>]*>/g, " ")
    .replace(/&(#?\w+);/g, (whole, name: string) => entities.get(name.toLowerCase()) ?? whole);
}

/**
 * One line, without control characters, halves of surrogate pairs (which jsonb does not take) and anything
 * that looks like a token.
 */
function bounded(text: string, limit = 500): string {
  const line = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\s\u0000-\u001f\u007f\u2028\u2029]+/g, " ")
    // Looking for tokens takes the square of the length.
    .slice(0, 4 * limit)
    .replace(/\beyJ[\w-]{8,}(\.[\w-]*){1,4}/g, "…")
    .replace(/\bBearer\s+[\w.~+/-]{8,}=*/gi, "Bearer …")
    .trim();
  return (line.length > limit ? `${line.slice(0, limit - 1)}…` : line).toWellFormed();
}
