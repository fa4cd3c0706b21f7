import { day } from "./calendar";
import { resourceId } from "./identity";
import type { Life } from "./life";
import { scramble } from "./random";

/** Documents in the population: a start option of the sandbox. Off by default. */
export interface DocumentOptions {
  /** DocumentReferences of each patient. */
  each: number;
  /** Of every so many attachments one is missing: its URL answers 404. */
  missingEvery?: number;
  /** Of every so many attachments one is large, and says so in its size. */
  largeEvery?: number;
  largeBytes?: number;
}

/** What a patient's documents need to be written. */
export interface PatientDocuments extends DocumentOptions {
  /** Base of the attachments' absolute URLs; not known before the sandbox listens. */
  fhirBaseUrl: string;
}

/** What a DocumentReference points at. */
export interface Attachment {
  contentType: string;
  /** Absolute (Bulk Data 3.0.0, "Attachments"); null when the document holds its bytes itself. */
  url: string | null;
  size: number;
  missing: boolean;
  body(): Buffer;
}

/** When a patient's nth document was written: at an encounter, or half a year after birth. */
export function documentAt(person: Life, n: number): number {
  const { encounters } = person;
  return encounters[n % Math.max(1, encounters.length)]?.end ?? person.updated - day;
}

const kinds = ["text/plain", "text/html", "application/pdf", "text/plain"] as const;

function bodyOf(person: Life, n: number, size: number): Buffer {
  const words = `Progress note ${n + 1} of ${person.name.text}. `;
  const kind = kinds[n % kinds.length];
  const start = kind === "application/pdf" ? `%PDF-1.4\n% ${words}\n` : words;
  const text = kind === "text/html" ? `<!doctype html><p>${words}</p>\n` : start;
  const bytes = Buffer.from(text);
  return size <= bytes.length
    ? bytes
    : Buffer.concat([bytes, Buffer.alloc(size - bytes.length, ".")]);
}

/**
 * The attachment of a patient's nth document, by n: text in a Binary, HTML in a plain file, PDF in a
 * Binary, and text inside the document.
 */
export function attachmentOf(person: Life, n: number): Attachment {
  const options = person.documents;
  if (!options) throw new RangeError("no documents");
  const id = resourceId(person.identity, "DocumentReference", n);
  const kind = n % kinds.length;
  const inside = kind === 3;
  const draw = scramble(person.identity.key ^ (n + 1));
  const among = (every: number | undefined, shift: number) =>
    every !== undefined && ((draw >>> shift) & 0xffff) % every === 0;
  const large = !inside && among(options.largeEvery, 16) ? (options.largeBytes ?? 5_000_000) : 0;
  const body = () => bodyOf(person, n, large);
  const path = kind === 1 ? `attachments/${id}.html` : `Binary/${id}`;
  return {
    contentType: kinds[kind] as string,
    url: inside ? null : `${options.fhirBaseUrl}/${path}`,
    size: large || body().length,
    missing: !inside && among(options.missingEvery, 0),
    body,
  };
}
