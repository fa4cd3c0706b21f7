import { AppError } from "@/lib/errors";
import { readText } from "./read-text";
import { withoutQuery } from "./web-address";

/**
 * The body as JSON, whatever its Content-Type claims (servers label FHIR as text/json and worse).
 * @param limitBytes more than that is refused; a manifest of 20,000 files has 8 MB
 * @throws AppError not-fhir where it is a web page, another format or larger; as `readText`
 */
export async function readJson(
  response: Response,
  limitBytes = 64 * 1024 * 1024,
): Promise<unknown> {
  const { text, whole } = await readText(response, limitBytes);
  try {
    if (!whole) throw new RangeError(`more than ${limitBytes} bytes`);
    return JSON.parse(text.replace(/^\uFEFF/, ""));
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
