import type { ChangePersonBody, PersonView, Role } from "@/lib/contract/settings";
import { AppError } from "@/lib/errors";
import { audit } from "@/lib/store/audit";
import { database } from "@/lib/store/client";

const view = (user: {
  id: string;
  email: string;
  name: string;
  role: Role;
  disabledAt: Date | null;
  lastSignInAt: Date | null;
  createdAt: Date;
}): PersonView => ({
  user_id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  disabled: user.disabledAt !== null,
  last_sign_in_at: user.lastSignInAt?.toISOString() ?? null,
  created_at: user.createdAt.toISOString(),
});

/** Is there any account yet? Before the first one the sign-in page says how to make it. */
export async function anyoneKnown(): Promise<boolean> {
  return (await database().prisma.user.findFirst({ select: { id: true } })) !== null;
}

/** Everybody with an account, by name. */
export async function listPeople(): Promise<PersonView[]> {
  const users = await database().prisma.user.findMany();
  // As people sort, whatever the database's collation.
  const key = ({ name, email }: PersonView) => `${name} ${email}`;
  return users.map(view).sort((a, b) => key(a).localeCompare(key(b)));
}

/**
 * Changes a person's role, or disables or re-enables the account. Rights that the person handed out
 * end with the right to do so: API keys of a disabled person, writing keys of one who became a
 * viewer, unused invitations of one who is no administrator any more.
 * @param by who does it, for the audit trail
 * @throws AppError not-found; last-administrator where nobody would be left to manage people
 */
export async function changePerson(
  userId: string,
  change: ChangePersonBody,
  by: string,
): Promise<PersonView> {
  const { prisma } = database();
  const { changed, keys } = await prisma.$transaction(async (tx) => {
    // Locked in one order: of two administrators who remove each other at once, one is refused.
    const admins = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE`;
    const user = await tx.user.findUnique({ where: { id: userId } });
    if (!user) throw new AppError("not-found", { what: "person" });
    const role = change.role ?? user.role;
    const disabled = change.disabled ?? user.disabledAt !== null;
    const active = role === "admin" && !disabled;
    if (!active && admins.length === 1 && admins[0]?.id === userId) {
      throw new AppError("last-administrator");
    }
    const changed = await tx.user.update({
      where: { id: userId },
      data: { role, disabledAt: disabled ? (user.disabledAt ?? new Date()) : null },
    });
    if (!active) {
      await tx.invitation.deleteMany({ where: { createdBy: user.email, usedAt: null } });
    }
    if (disabled) await tx.invitation.deleteMany({ where: { email: user.email, usedAt: null } });
    const ending = disabled ? {} : role === "viewer" ? { scope: "write" as const } : null;
    const keys = ending
      ? await tx.apiKey.updateMany({
          where: { createdBy: user.email, revokedAt: null, ...ending },
          data: { revokedAt: new Date() },
        })
      : { count: 0 };
    return { changed, keys: keys.count };
  });
  await audit({
    actor: by,
    action: "person.change",
    target: userId,
    details: { ...change, ...(keys > 0 ? { keys_revoked: keys } : {}) },
  });
  return view(changed);
}
