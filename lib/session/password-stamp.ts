import { createHmac } from "node:crypto";
import { secrets } from "@/lib/settings/secrets";

/**
 * What a session remembers of the password that it was opened with: another password has another
 * stamp, so a new one ends the sessions of the old one. Tells nothing of the password itself.
 * @param passwordHash as stored
 */
export function passwordStamp(passwordHash: string): string {
  return createHmac("sha256", secrets().sessionSecret)
    .update(`password ${passwordHash}`)
    .digest("base64url")
    .slice(0, 22);
}
