import { z } from "zod";
import { ChartData, ChartName, ChartQuery } from "@/lib/contract/chart";
import { route } from "@/lib/http/route";
import { chart } from "@/lib/query/chart";

/** `GET /api/charts/{chart}?job=&code=&unit=` */
export const GET = route(
  {
    access: "read",
    query: ChartQuery,
    params: z.object({ chart: ChartName }),
    answer: z.union(Object.values(ChartData)),
  },
  ({ query, params }) => chart(params.chart, query),
);
