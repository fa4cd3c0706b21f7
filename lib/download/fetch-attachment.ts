import { open, readFile } from "node:fs/promises";
import { AppError } from "@/lib/errors";
import type { Deps } from "@/lib/fhir/send";
import { withoutQuery } from "@/lib/fhir/web-address";
import { onDisk } from "./disk-error";
import { fetchFile } from "./fetch-file";
import { heldPart, newPart, removeParts } from "./parts";

/** A Binary that comes as FHIR is read whole to be decoded, so this is the most that is taken for one. */
const largestBinaryBytes = 64 * 1024 * 1024;

export type FetchAttachmentOptions = {
  url: string;
  token: string | null;
  path: string;
  /** an earlier try may have left something */
  begun: boolean;
  /** what the resource says of it, lower case */
  contentType: string | null;
  maxBytes: number;
  /** how the types begin that are wanted; all where absent */
  contentTypes?: readonly string[];
  signal?: AbortSignal;
  readTimeoutMs?: number;
};

export type FetchedAttachment =
  | { sizeBytes: number; contentType: string | null }
  | { left: "too-large" | "other-type" };

/** What the limits leave out, found while it comes. */
class Left extends Error {
  constructor(readonly left: "too-large" | "other-type") {
    super(left);
  }
}

const typeOf = (header: unknown) =>
  (typeof header === "string" ? header.split(";")[0]?.trim().toLowerCase() : "") || null;
const isHtml = (type: string | null) => /html/.test(type ?? "");
const isJson = (type: string | null) => /^application\/(.*\+)?json$/.test(type ?? "");

/** The bytes of a Binary as FHIR writes it. @returns null where the text is none */
function binaryOf(text: string): { contentType: string | null; bytes: Buffer } | null {
  try {
    const { resourceType, contentType, data } = JSON.parse(text) as Record<string, unknown>;
    if (resourceType !== "Binary" || typeof data !== "string") return null;
    return { contentType: typeOf(contentType), bytes: Buffer.from(data, "base64") };
  } catch {
    return null;
  }
}

/**
 * Brings an attachment to disk (Bulk Data Access, Attachments), as fetchFile does with files. It is asked
 * for in its own type; a server that answers with a FHIR Binary all the same has it decoded. What turns
 * out to lie outside the limits is left, and nothing of it stays; sizes are counted, whatever is announced.
 * @throws AppError attachment-gone (404, 410), attachment-not-document (a web page or FHIR where a
 *   document belongs); else as fetchFile
 */
export async function fetchAttachment(
  input: FetchAttachmentOptions,
  deps: Deps = {},
): Promise<FetchedAttachment> {
  const { url, token, path, contentType: declared, maxBytes, readTimeoutMs } = input;
  const tooLarge = new AbortController();
  const signal = input.signal ? AbortSignal.any([input.signal, tooLarge.signal]) : tooLarge.signal;
  const part = newPart(path);
  let contentType = declared;
  let inFhir = false;
  let limit = maxBytes;
  const ofWantedType = (type: string | null) => {
    contentType ??= type;
    const { contentTypes } = input;
    if (contentTypes && !contentTypes.some((one) => contentType?.startsWith(one))) {
      throw new Left("other-type");
    }
  };
  const notDocument = (type: string | null) => {
    const params = { url: withoutQuery(url), contentType: type ?? "–" };
    // As of files: most web pages come from something in between that is not well for a while.
    return new AppError("attachment-not-document", params, { retryable: isHtml(type) });
  };

  const admit = (response: Response) => {
    const answered = typeOf(response.headers.get("content-type"));
    if (isHtml(answered) && !isHtml(declared)) throw notDocument(answered);
    inFhir = isJson(answered);
    if (!inFhir) ofWantedType(answered);
    const encoded = Math.min(largestBinaryBytes, Math.ceil(maxBytes / 3) * 4 + 64 * 1024);
    limit = inFhir ? Math.max(isJson(declared) ? maxBytes : 0, encoded) : maxBytes;
    const length = Number(response.headers.get("content-length") ?? 0);
    if (length > limit && !response.headers.get("content-encoding")) throw new Left("too-large");
  };
  const decoded = async (sizeBytes: number): Promise<number> => {
    if (!inFhir || sizeBytes > largestBinaryBytes) return sizeBytes;
    const binary = binaryOf(await readFile(part, "utf8"));
    if (!binary) {
      if (declared && !isJson(declared)) throw notDocument("application/json");
      ofWantedType("application/json");
      return sizeBytes;
    }
    ofWantedType(binary.contentType);
    await onDisk(path, async () => {
      const file = await open(part, "w", 0o600);
      try {
        await file.writeFile(binary.bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    });
    return binary.bytes.length;
  };

  let sizeBytes = 0;
  try {
    const held = input.begun ? await heldPart(path, null) : undefined;
    // Only a name that a header can hold; a server that does not know it may send what it has.
    const accept = /^[\w.+-]+\/[\w.+*-]+$/.test(declared ?? "") ? `${declared}` : "*/*";
    await fetchFile(
      {
        url,
        token,
        path,
        part,
        held,
        accept,
        admit,
        signal,
        readTimeoutMs,
        onBytes: (bytes) => {
          if (bytes > limit) tooLarge.abort(new Left("too-large"));
        },
        beforeNaming: async (bytes) => {
          sizeBytes = await decoded(bytes);
          if (sizeBytes > maxBytes) throw new Left("too-large");
        },
      },
      deps,
    );
    return { sizeBytes, contentType };
  } catch (error) {
    if (error instanceof Left || input.signal?.aborted) await removeParts(path, []);
    if (error instanceof Left) return { left: error.left };
    if (error instanceof AppError && error.code === "download-expired") {
      const { status = 404 } = error.params;
      throw new AppError("attachment-gone", { status }, { cause: error, evidence: error.evidence });
    }
    throw error;
  }
}
