import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { AcceptInvitationBody, Role } from "@/lib/contract/settings";
import { AppError } from "@/lib/errors";
import { audit } from "@/lib/store/audit";
import { database } from "@/lib/store/client";
import { hashPassword } from "./password";

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

const invalid = () => new AppError("invitation-invalid");

/**
 * Makes a one-time link's token, valid for `hours`; only its hash is stored.
 * @throws AppError email-taken
 */
export async function invite(input: {
  role: Role;
  email?: string;
  createdBy: string;
  hours: number;
}): Promise<{ token: string; expiresAt: Date }> {
  const email = input.email?.trim().toLowerCase();
  if (email && (await database().prisma.user.findUnique({ where: { email } }))) {
    throw new AppError("email-taken");
  }
  return write({ ...input, email });
}

async function write(input: {
  role: Role;
  email?: string;
  createdBy: string;
  hours: number;
}): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(24).toString("base64url");
  const expiresAt = new Date(Date.now() + input.hours * 3_600_000);
  await database().prisma.invitation.create({
    data: {
      id: randomUUID(),
      tokenHash: hashOf(token),
      role: input.role,
      email: input.email,
      createdBy: input.createdBy,
      expiresAt,
    },
  });
  return { token, expiresAt };
}

/**
 * Makes the token of a link that gives a person a new password, for who has forgotten it.
 * @throws AppError not-found, also for a disabled account
 */
export async function inviteAgain(
  userId: string,
  input: { createdBy: string; hours: number },
): Promise<{ token: string; email: string; expiresAt: Date }> {
  const user = await database().prisma.user.findFirst({ where: { id: userId, disabledAt: null } });
  if (!user) throw new AppError("not-found", { what: "person" });
  return { ...(await write({ ...input, role: user.role, email: user.email })), email: user.email };
}

/**
 * The account that a link renews. A link that is older than the account was meant to make it, so it
 * may not touch the account that another link has made since.
 */
const renewedBy = (
  tx: Pick<ReturnType<typeof database>["prisma"], "user">,
  invitation: { email: string | null; createdAt: Date },
) =>
  invitation.email === null
    ? null
    : tx.user.findFirst({
        where: { email: invitation.email, createdAt: { lt: invitation.createdAt } },
      });

/**
 * What the page behind the link may show before it is used; `name` where it gives an account that
 * exists a new password. Null where the link is not valid.
 */
export async function openInvitation(
  token: string,
): Promise<{ role: Role; email: string | null; name: string | null } | null> {
  const { prisma } = database();
  const found = await prisma.invitation.findUnique({ where: { tokenHash: hashOf(token) } });
  if (!found || found.usedAt || found.expiresAt < new Date()) return null;
  const user = await renewedBy(prisma, found);
  if (user?.disabledAt) return null;
  return { role: user?.role ?? found.role, email: found.email, name: user?.name ?? null };
}

/**
 * Makes the account (or gives it its new password) and uses the link up, in one transaction: of two
 * that come at once one wins.
 * @throws AppError invitation-invalid | email-taken
 */
export async function acceptInvitation(body: AcceptInvitationBody): Promise<{ email: string }> {
  const { prisma } = database();
  // First the cheap look: a stranger without a link shall not make us hash passwords.
  if (!(await openInvitation(body.token))) throw invalid();
  const passwordHash = await hashPassword(body.password);
  const tokenHash = hashOf(body.token);
  const joined = prisma.$transaction(async (tx) => {
    const used = await tx.invitation.updateMany({
      where: { tokenHash, usedAt: null, expiresAt: { gt: new Date() } },
      data: { usedAt: new Date() },
    });
    if (used.count === 0) throw invalid();
    const invitation = await tx.invitation.findUniqueOrThrow({ where: { tokenHash } });
    const known = await renewedBy(tx, invitation);
    if (known) {
      if (known.disabledAt) throw invalid();
      // Other links for this person end with the first that is used.
      await tx.invitation.deleteMany({ where: { email: known.email, usedAt: null } });
      const user = await tx.user.update({ where: { id: known.id }, data: { passwordHash } });
      return { user, action: "person.renew" };
    }
    // A link sent to an address makes an account for that address and no other.
    const email = (invitation.email ?? body.email).trim().toLowerCase();
    if (await tx.user.findUnique({ where: { email } })) throw new AppError("email-taken");
    const user = await tx.user.create({
      data: { id: randomUUID(), email, name: body.name, passwordHash, role: invitation.role },
    });
    return { user, action: "person.join" };
  });
  const { user, action } = await joined.catch((error: unknown) => {
    // Two different links for one address, used at the same instant.
    if ((error as { code?: string }).code === "P2002") {
      throw new AppError("email-taken", {}, { cause: error });
    }
    throw error;
  });
  await audit({
    actor: user.email,
    action,
    target: user.id,
    details: { role: user.role },
  });
  return { email: user.email };
}
