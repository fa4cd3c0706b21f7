import { Health } from "@/lib/contract/overview";
import { route } from "@/lib/http/route";
import { health } from "@/lib/store/health";

export const dynamic = "force-dynamic";

/** 200 once database, migrations and worker are there, else 503 with what is missing. */
export const GET = route({ access: "public", answer: Health }, async () => {
  const state = await health();
  return Response.json(state, {
    status: state.status === "ok" ? 200 : 503,
    headers: { "Cache-Control": "no-store" },
  });
});
