/** Every escape of a JSON text in turn; of \u its four digits. */
const escapes = /\\(?:u([0-9a-fA-F]{4})|.)/g;

/**
 * What PostgreSQL could not hand out as text later: JSON's \u0000, and half of a surrogate pair. Its
 * json column takes them at the door and fails at every look inside, so they are refused here.
 * @param json the text of valid JSON
 * @returns why, in PostgreSQL's words; null where all is well (at once where there is no \u)
 */
export function unstorableText(json: string): string | null {
  if (!json.includes("\\u")) return null;
  let highEndsAt = -1;
  for (const match of json.matchAll(escapes)) {
    const pending = highEndsAt !== -1;
    const adjacent = highEndsAt === match.index;
    const unit = match[1] === undefined ? -1 : Number.parseInt(match[1], 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (pending && !(adjacent && isLow)) return "Unicode high surrogate without a low one";
    if (!pending && isLow) return "Unicode low surrogate without a high one";
    if (unit === 0) return "\\u0000 cannot be converted to text";
    highEndsAt = unit >= 0xd800 && unit <= 0xdbff ? match.index + match[0].length : -1;
  }
  return highEndsAt === -1 ? null : "Unicode high surrogate without a low one";
}
