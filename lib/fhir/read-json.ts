import { AppError } from "@/lib/errors";
import { isObject } from "./json";
import { readText } from "./read-text";
import { withoutQuery } from "./web-address";

/** In JSON's text: what PostgreSQL's json cannot hold may be there. */
const suspicious = /\\u(0000|d[89a-f])/i;

/** Text as the database can hold it: without NUL, and without halves of surrogate pairs. */
const storable = (text: string) => text.replaceAll("\u0000", "").toWellFormed();

const storableIn = (_name: string, value: unknown) => {
  if (typeof value === "string") return storable(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [storable(name), one]));
};

/**
 * The body as JSON, whatever its Content-Type claims (servers label FHIR as text/json and worse).
 * What no database can hold of its texts is left out: manifests and capabilities are kept.
 * @param room more than these bytes are refused; what is read is taken off, so that several answers may
 *   share one; a manifest of 20,000 files has 8 MB
 * @throws AppError not-fhir where it is a web page, another format or larger; as `readText`
 */
export async function readJson(
  response: Response,
  room = { bytes: 64 * 1024 * 1024 },
): Promise<unknown> {
  const limitBytes = room.bytes;
  const { text, whole, bytes } = await readText(response, limitBytes);
  room.bytes -= bytes;
  try {
    if (!whole) throw new RangeError(`more than ${limitBytes} bytes`);
    return JSON.parse(text.replace(/^\uFEFF/, ""), suspicious.test(text) ? storableIn : undefined);
  } catch (cause) {
    const type = response.headers.get("content-type")?.split(";")[0]?.trim();
    throw new AppError(
      "not-fhir",
      {
        url: withoutQuery(response.url),
        contentType: whole ? type || "text" : `> ${Math.round(limitBytes / 1024 / 1024)} MB`,
      },
      { cause: whole ? undefined : cause, evidence: { status: response.status } },
    );
  }
}
