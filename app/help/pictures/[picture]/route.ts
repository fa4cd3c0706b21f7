import { z } from "zod";
import { AppError } from "@/lib/errors";
import { guidePicture } from "@/lib/http/guide";
import { route } from "@/lib/http/route";

/** A picture of the guides in docs/. */
export const GET = route(
  { access: "read", params: z.object({ picture: z.string().max(100) }), file: "image/png" },
  async ({ params: { picture } }) => {
    const bytes = await guidePicture(picture);
    if (!bytes) throw new AppError("not-found", { what: "picture" });
    return new Response(bytes, {
      headers: { "Content-Type": "image/png", "Cache-Control": "private, max-age=3600" },
    });
  },
);
