import { AcceptInvitationAnswer, type AcceptInvitationBody } from "@/lib/contract/settings";
import { api } from "./api";

/** Makes the account of a one-time link. @throws ApiError invitation-invalid | email-taken */
export function acceptInvitation(body: AcceptInvitationBody): Promise<AcceptInvitationAnswer> {
  return api("/api/invitations/accept", AcceptInvitationAnswer, { method: "POST", body });
}
