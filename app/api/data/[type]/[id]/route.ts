import { z } from "zod";
import { DataResource } from "@/lib/contract/data";
import { ResourceType } from "@/lib/contract/export-request";
import { route } from "@/lib/http/route";
import { DataResourceQuery, dataResource } from "@/lib/query/data-resource";

/** `GET /api/data/{type}/{id}?job=&patient=`: one resource with where it came from. */
export const GET = route(
  {
    access: "read",
    answer: DataResource,
    query: DataResourceQuery,
    params: z.object({ type: ResourceType, id: z.string().min(1).max(2048) }),
  },
  ({ query, params }) => dataResource(params.type, params.id, query),
);
