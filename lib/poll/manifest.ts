import { z } from "zod";
import { AppError } from "@/lib/errors";
import { keepTls, withoutQuery } from "@/lib/fhir/web-address";

export type ManifestFile = {
  /** null where the files are organised by something else than type */
  type: string | null;
  /** absolute */
  url: string;
  /** resources in it, as the server counts; null where it does not */
  count: number | null;
};

export type Manifest = {
  transactionTime: Date | null;
  requiresAccessToken: boolean;
  output: ManifestFile[];
  error: ManifestFile[];
  deleted: ManifestFile[];
  /** the next page of a paged or partial manifest, absolute */
  nextUrl: string | null;
};

/** Exports of 20,000 files have been seen; a list without end must not fill memory and database. */
export const mostFiles = 200_000;

const Count = z.preprocess(
  (value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value),
  z.number().int().min(0).nullable().catch(null),
);
const Item = z.object({
  type: z.string().min(1).nullable().catch(null),
  url: z.string().min(1),
  count: Count,
});
const Items = z.array(Item).nullish();
const Lists = z.object({
  transactionTime: z.string().nullable().catch(null),
  // Where a server leaves it out, it may mean either: the token goes along, to where it belongs alone.
  requiresAccessToken: z.preprocess(
    (value) => value === true || value === "true" || value === undefined || value === null,
    z.boolean(),
  ),
  output: Items,
  error: Items,
  /** what version 4 calls `error` */
  outcome: Items,
  deleted: Items,
  link: z.array(z.object({ relation: z.string(), url: z.string() })).catch([]),
});
/** Without a list of files at least the rest must be a manifest's: an empty export may lack the list. */
const Shape = Lists.refine(
  ({ output, error, outcome, deleted, transactionTime }) =>
    output || (transactionTime && (error || outcome || deleted)),
  { path: ["output"] },
);

/**
 * Reads the list of files (Bulk Data Access, Response - Complete Status), of versions 1 to 4,
 * forgiving what servers leave out: `error`, `deleted`, counts, absolute addresses.
 * @param statusUrl what relative addresses are relative to; the next page must be on its origin
 * @throws AppError manifest-invalid that names the place; url-invalid where a file of an https server would
 *   come unprotected
 */
export function readManifest(raw: unknown, statusUrl: string): Manifest {
  const parsed = Shape.safeParse(raw);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path ?? [];
    const nothing = place.length === 0 || (place.length === 1 && place[0] === "output");
    throw new AppError("manifest-invalid", { reason: nothing ? "not_manifest" : named(place) });
  }
  const { transactionTime, requiresAccessToken, output, deleted, link } = parsed.data;
  // A server that speaks both versions may leave the one it does not mean empty.
  const error = [...(parsed.data.error ?? []), ...(parsed.data.outcome ?? [])];
  if ((output?.length ?? 0) + error.length + (deleted?.length ?? 0) > mostFiles) {
    throw new AppError("manifest-invalid", { reason: "too_many" });
  }
  const time = transactionTime ? new Date(transactionTime) : null;
  const files = (list: string, items: z.infer<typeof Items>): ManifestFile[] =>
    (items ?? []).map((item, index) => ({
      type: item.type,
      url: absolute(item.url, statusUrl, named([list, index, "url"])),
      count: item.count,
    }));
  return {
    transactionTime: time && !Number.isNaN(time.getTime()) ? time : null,
    requiresAccessToken,
    output: files("output", output),
    error: files("error", error),
    deleted: files("deleted", deleted),
    nextUrl: nextOf(link, statusUrl),
  };
}

const named = (place: PropertyKey[]) =>
  place.reduce<string>(
    (text, part) =>
      typeof part === "number"
        ? `${text}[${part}]`
        : text
          ? `${text}.${String(part)}`
          : String(part),
    "",
  );

function absolute(url: string, base: string, place: string): string {
  const parsed = URL.canParse(url, base) ? new URL(url, base) : null;
  if (!parsed || !["http:", "https:"].includes(parsed.protocol) || parsed.username) {
    throw new AppError("manifest-invalid", { reason: place });
  }
  const kept = keepTls(parsed, base);
  // Patients' data would travel in the open (Bulk Data Access, Privacy and Security Considerations).
  if (base.startsWith("https:") && kept.protocol === "http:") {
    throw new AppError("url-invalid", { url: withoutQuery(kept.href), reason: "downgrade" });
  }
  return kept.href;
}

function nextOf(links: { relation: string; url: string }[], statusUrl: string): string | null {
  const next = links.find((link) => link.relation === "next");
  if (!next || next.url === "") return null;
  const url = absolute(next.url, statusUrl, "link");
  // The token goes along.
  if (new URL(url).origin !== new URL(statusUrl).origin) {
    throw new AppError("manifest-invalid", { reason: "next_elsewhere" });
  }
  return url;
}
