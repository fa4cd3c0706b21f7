import { ApiKeyList, CreateApiKeyAnswer, CreateApiKeyBody } from "@/lib/contract/settings";
import { AppError } from "@/lib/errors";
import { route } from "@/lib/http/route";
import { may } from "@/lib/session/actor";
import { createApiKey, listApiKeys } from "@/lib/session/api-keys";
import { audit } from "@/lib/store/audit";

export const GET = route({ access: "read", answer: ApiKeyList }, async ({ actor }) => ({
  api_keys: await listApiKeys(actor),
}));

/** A key gives no more than its maker may, and no key makes keys: a stolen one would never end. */
export const POST = route(
  { access: "read", body: CreateApiKeyBody, answer: CreateApiKeyAnswer, created: true },
  async ({ actor, body }) => {
    if (actor.kind === "key" || !may(actor, body.scope)) throw new AppError("forbidden");
    const made = await createApiKey({ ...body, createdBy: actor.label });
    await audit({
      actor: actor.label,
      action: "api-key.create",
      target: made.api_key_id,
      details: { name: made.name, prefix: made.prefix, scope: made.scope },
    });
    return made;
  },
);
