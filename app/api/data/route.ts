import { ChartQuery } from "@/lib/contract/chart";
import { route } from "@/lib/http/route";
import { dataTypes } from "@/lib/query/data-types";

/** `GET /api/data?job=`: which types there are, with their numbers of rows. */
export const GET = route({ access: "read", query: ChartQuery.pick({ job: true }) }, ({ query }) =>
  dataTypes(query.job),
);
