import type { ChangePasswordBody } from "@/lib/contract/settings";
import { AppError } from "@/lib/errors";
import { audit } from "@/lib/store/audit";
import { database } from "@/lib/store/client";
import type { Actor } from "./actor";
import { hashPassword } from "./password";
import { confirmPassword } from "./sign-in";

/**
 * Gives a person a new password for the one they had. Every session of the old one ends, this one too
 * (password-stamp.ts), and so do unused links for a new one.
 * @throws AppError forbidden for API keys; password-wrong | password-same | too-many-attempts
 */
export async function changePassword(actor: Actor, body: ChangePasswordBody): Promise<void> {
  if (actor.kind === "key") throw new AppError("forbidden");
  const person = await confirmPassword({
    email: actor.label,
    password: body.current_password,
  }).catch((error: unknown) => {
    const wrong = error instanceof AppError && error.code === "sign-in-refused";
    throw wrong ? new AppError("password-wrong", {}, { cause: error }) : error;
  });
  if (body.password === body.current_password) throw new AppError("password-same");
  const passwordHash = await hashPassword(body.password);
  await database().prisma.$transaction([
    database().prisma.user.update({ where: { id: person.userId }, data: { passwordHash } }),
    database().prisma.invitation.deleteMany({ where: { email: person.email, usedAt: null } }),
  ]);
  await audit({ actor: person.email, action: "person.password", target: person.userId });
}
