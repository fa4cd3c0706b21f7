import { InviteAnswer, PersonParams } from "@/lib/contract/settings";
import { originOf } from "@/lib/http/origin";
import { route } from "@/lib/http/route";
import { inviteAgain } from "@/lib/session/invitations";
import { audit } from "@/lib/store/audit";

const hours = 24;

export const POST = route(
  { access: "admin", params: PersonParams, answer: InviteAnswer, created: true },
  async ({ params, actor, request }) => {
    const { token, expiresAt } = await inviteAgain(params.userId, {
      createdBy: actor.label,
      hours,
    });
    await audit({ actor: actor.label, action: "person.renew-link", target: params.userId });
    const url = `${originOf(request)}/welcome?token=${token}`;
    return { url, expires_at: expiresAt.toISOString() };
  },
);
