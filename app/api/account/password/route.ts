import { ChangePasswordAnswer, ChangePasswordBody } from "@/lib/contract/settings";
import { route } from "@/lib/http/route";
import { changePassword } from "@/lib/session/change-password";

/** One's own; somebody else's only by a link that they use themselves. */
export const POST = route(
  { access: "read", body: ChangePasswordBody, answer: ChangePasswordAnswer },
  async ({ actor, body }) => {
    await changePassword(actor, body);
    return { email: actor.label };
  },
);
