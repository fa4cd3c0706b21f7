import { InviteAnswer, InviteBody } from "@/lib/contract/settings";
import { originOf } from "@/lib/http/origin";
import { route } from "@/lib/http/route";
import { invite } from "@/lib/session/invitations";
import { audit } from "@/lib/store/audit";

const hours = 72;

export const POST = route(
  { access: "admin", body: InviteBody, answer: InviteAnswer, created: true },
  async ({ body, actor, request }) => {
    const { token, expiresAt } = await invite({ ...body, createdBy: actor.label, hours });
    await audit({
      actor: actor.label,
      action: "person.invite",
      target: body.email.toLowerCase(),
      details: { role: body.role },
    });
    const url = `${originOf(request)}/welcome?token=${token}`;
    return { url, expires_at: expiresAt.toISOString() };
  },
);
