import { PublishedKeySet } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { keySetMaxAgeSeconds, publishedKeySet } from "@/lib/store/connection-keys";

/** FHIR servers read it without a sign-in (SMART App Launch 2.2: registration by JWKS URL). */
export const GET = route({ access: "public", answer: PublishedKeySet }, async () =>
  Response.json(await publishedKeySet(), {
    headers: { "Cache-Control": `public, max-age=${keySetMaxAgeSeconds}` },
  }),
);
