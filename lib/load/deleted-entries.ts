import { list, object, text } from "./resources/json-values";
import type { Json } from "./resources/row-columns";

type Deleted = { resourceType: string; resourceId: string };

function deletedEntry(value: unknown): Deleted | null {
  const request = object(object(value).request);
  const [, resourceType, resourceId] =
    /(?:^|\/)([A-Za-z]+)\/([\w.:~-]+)$/.exec(text(request.url) ?? "") ?? [];
  const known = request.method === "DELETE" && resourceType && resourceId;
  return known ? { resourceType, resourceId } : null;
}

/** The resources that a transaction Bundle of a deleted file names (Bulk Data Access, Complete Status: deleted). */
export function deletedEntries(bundle: Json): Deleted[] {
  return list(bundle.entry)
    .map(deletedEntry)
    .filter((entry) => entry !== null);
}

/**
 * The first entry that is no DELETE of one resource by its id, counted from 1: nobody could apply such
 * a Bundle whole, and part of it must not be dropped without a word.
 * @returns null where every entry is one
 */
export function undeletableEntry(bundle: Json): number | null {
  const place = list(bundle.entry).findIndex((value) => deletedEntry(value) === null);
  return place < 0 ? null : place + 1;
}
