import { list, object, text } from "./resources/json-values";
import type { Json } from "./resources/row-columns";

/** The resources that a transaction Bundle of a deleted file names (Bulk Data Access, Complete Status: deleted). */
export function deletedEntries(bundle: Json): { resourceType: string; resourceId: string }[] {
  return list(bundle.entry).flatMap((value) => {
    const request = object(object(value).request);
    const [, resourceType, resourceId] =
      /(?:^|\/)([A-Za-z]+)\/([\w.:~-]+)$/.exec(text(request.url) ?? "") ?? [];
    return request.method === "DELETE" && resourceType && resourceId
      ? [{ resourceType, resourceId }]
      : [];
  });
}
