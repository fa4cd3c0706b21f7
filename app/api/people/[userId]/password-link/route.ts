import { z } from "zod";
import { originOf } from "@/lib/http/origin";
import { route } from "@/lib/http/route";
import { inviteAgain } from "@/lib/session/invitations";
import { audit } from "@/lib/store/audit";

const Params = z.object({ userId: z.uuid() });
const hours = 24;

export const POST = route(
  { access: "admin", params: Params },
  async ({ params, actor, request }) => {
    const { token, expiresAt } = await inviteAgain(params.userId, {
      createdBy: actor.label,
      hours,
    });
    await audit({ actor: actor.label, action: "person.renew-link", target: params.userId });
    const url = `${originOf(request)}/welcome?token=${token}`;
    return Response.json(
      { url, expires_at: expiresAt.toISOString() },
      { status: 201, headers: { "Cache-Control": "no-store" } },
    );
  },
);
