import { z } from "zod";
import type { AcceptInvitationBody } from "@/lib/contract/settings";
import { api } from "./api";

/** Makes the account of a one-time link. @throws ApiError invitation-invalid | email-taken */
export function acceptInvitation(body: AcceptInvitationBody): Promise<{ email: string }> {
  return api("/api/invitations/accept", z.object({ email: z.string() }), { method: "POST", body });
}
