import { z } from "zod";
import { apiDescription } from "@/lib/http/api-description";
import { locale } from "@/lib/http/locale";
import { originOf } from "@/lib/http/origin";
import { route } from "@/lib/http/route";
import { versionOf } from "@/lib/store/version-of";
import { locales } from "@/messages/messages";
import { routes } from "./routes";

const declared = {
  access: "read",
  query: z.object({ lang: z.enum(locales).optional() }),
  file: "application/json",
} as const;

/** `GET /api/openapi.json?lang=`: this API, described in OpenAPI 3.1 with the caller's own host. */
export const GET = route(declared, async ({ query, request }) => {
  const description = apiDescription(
    { ...routes, "/api/openapi.json": { GET: { declared } } },
    {
      origin: originOf(request),
      locale: query.lang ?? (await locale()),
      version: await versionOf(),
    },
  );
  return Response.json(description, { headers: { "Cache-Control": "no-store" } });
});
