import { z } from "zod";
import { DataList, DataQuery } from "@/lib/contract/data";
import { ResourceType } from "@/lib/contract/export-request";
import { route } from "@/lib/http/route";
import { dataRows } from "@/lib/query/data-rows";

/** `GET /api/data/{type}?job=&patient=&q=&page=&page_size=` */
export const GET = route(
  { access: "read", query: DataQuery, answer: DataList, params: z.object({ type: ResourceType }) },
  ({ query, params }) => dataRows(params.type, query),
);
