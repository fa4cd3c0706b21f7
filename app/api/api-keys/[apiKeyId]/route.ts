import { z } from "zod";
import { AppError } from "@/lib/errors";
import { route } from "@/lib/http/route";
import { revokeApiKey } from "@/lib/session/api-keys";
import { audit } from "@/lib/store/audit";

const Params = z.object({ apiKeyId: z.uuid() });

export const DELETE = route(
  { access: "read", params: Params, answer: z.object({}) },
  async ({ actor, params }) => {
    if (actor.kind === "key") throw new AppError("forbidden");
    await revokeApiKey(params.apiKeyId, actor);
    await audit({ actor: actor.label, action: "api-key.revoke", target: params.apiKeyId });
    return {};
  },
);
