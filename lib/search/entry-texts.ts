/**
 * The resources of a Bundle as the server wrote them, each on one line: parsed and written anew, a
 * decimal would lose its trailing zeros, which FHIR gives a meaning (Data Types, decimal).
 * @param bundle the text of a Bundle that is valid JSON
 * @returns the texts of entry[].resource, in order; entries without a resource have none
 */
export function entryTexts(bundle: string): string[] {
  const texts: string[] = [];
  const mark = /["{}[\]]/g;
  let path = "";
  let start = -1;
  /** the last key read in the Bundle itself, and in an entry of it */
  let ofBundle = "";
  let ofEntry = "";
  for (let found = mark.exec(bundle); found; found = mark.exec(bundle)) {
    const at = found.index;
    const sign = found[0];
    if (sign === '"') {
      const end = endOfString(bundle, at);
      mark.lastIndex = end + 1;
      if (path !== "{" && path !== "{[{") continue;
      if (!/^\s*:/.test(bundle.slice(end + 1, end + 20))) continue;
      const key = bundle.slice(at + 1, end);
      if (path === "{") ofBundle = key;
      else ofEntry = key;
    } else if (sign === "{" || sign === "[") {
      path += sign;
      if (path === "{[{{" && ofBundle === "entry" && ofEntry === "resource") start = at;
    } else {
      if (path === "{[{{" && start !== -1) {
        texts.push(onOneLine(bundle.slice(start, at + 1)));
        start = -1;
      }
      path = path.slice(0, -1);
    }
  }
  return texts;
}

/** Inside strings JSON has no line breaks, so all that are there only lay the text out. */
export const onOneLine = (json: string) => json.replace(/[\r\n]+[ \t]*/g, "");

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
