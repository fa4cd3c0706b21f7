import { isUtf8 } from "node:buffer";
import type { Line } from "./read-lines";
import type { Reject } from "./reject";
import type { Json } from "./resources/row-columns";

/** V8 quotes the text in some messages ("Unexpected token 'x', ..."…" is not valid JSON"): cut it off. */
function jsonTrouble(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  const position = /at position \d+/.exec(message)?.[0];
  if (message.startsWith("Unexpected end") || message.startsWith("Unterminated string")) {
    return "The line ends in the middle of its JSON";
  }
  return position ? `The line is not JSON (${position})` : "The line is not JSON";
}

/**
 * A line as a JSON object that says its resourceType.
 * @returns the object and the line's text, or why not: too-long, not-json, not-an-object, wrong-type
 */
export function parseLine(
  line: Line,
): { resource: Json; resourceType: string; text: string } | Reject {
  if (line.tooLong) {
    return {
      line,
      reasonCode: "too-long",
      reason: `The line has ${line.size} bytes, more than MAX_LINE_BYTES allows`,
    };
  }
  const text = line.bytes.toString("utf8");
  // What is no UTF-8 is decoded as this sign: looking for it costs less than a second pass.
  if (text.includes("\ufffd") && !isUtf8(line.bytes)) {
    return { line, reasonCode: "not-json", reason: "The line is not UTF-8" };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { line, reasonCode: "not-json", reason: jsonTrouble(error) };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { line, reasonCode: "not-an-object", reason: "The line is JSON, but not an object" };
  }
  const resource = value as Json;
  const resourceType = resource.resourceType;
  if (typeof resourceType !== "string" || !/^[A-Za-z]{1,64}$/.test(resourceType)) {
    return { line, reasonCode: "wrong-type", reason: "The line does not say its resourceType" };
  }
  return { resource, resourceType, text };
}
