import { DataTypes, DataTypesQuery } from "@/lib/contract/data";
import { route } from "@/lib/http/route";
import { dataTypes } from "@/lib/query/data-types";

/** `GET /api/data?job=&patient=`: which types there are, with their numbers of rows. */
export const GET = route(
  { access: "read", query: DataTypesQuery, answer: DataTypes },
  ({ query }) => dataTypes(query),
);
