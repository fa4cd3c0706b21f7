import { AcceptInvitationAnswer, AcceptInvitationBody } from "@/lib/contract/settings";
import { route } from "@/lib/http/route";
import { acceptInvitation } from "@/lib/session/invitations";

/** Needs no session: the token in the body is the right to make one account. */
export const POST = route(
  { access: "public", body: AcceptInvitationBody, answer: AcceptInvitationAnswer },
  ({ body }) => acceptInvitation(body),
);
