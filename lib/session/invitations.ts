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
  const { prisma } = database();
  const email = input.email?.trim().toLowerCase();
  if (email && (await prisma.user.findUnique({ where: { email } }))) {
    throw new AppError("email-taken");
  }
  const token = randomBytes(24).toString("base64url");
  const expiresAt = new Date(Date.now() + input.hours * 3_600_000);
  await prisma.invitation.create({
    data: {
      id: randomUUID(),
      tokenHash: hashOf(token),
      role: input.role,
      email,
      createdBy: input.createdBy,
      expiresAt,
    },
  });
  return { token, expiresAt };
}

/** What the page behind the link may show before it is used; null where the link is not valid. */
export async function openInvitation(
  token: string,
): Promise<{ role: Role; email: string | null } | null> {
  const found = await database().prisma.invitation.findUnique({
    where: { tokenHash: hashOf(token) },
  });
  if (!found || found.usedAt || found.expiresAt < new Date()) return null;
  return { role: found.role, email: found.email };
}

/**
 * Makes the account and uses the link up, in one transaction: of two that come at once one wins.
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
    // A link sent to an address makes an account for that address and no other.
    const email = (invitation.email ?? body.email).trim().toLowerCase();
    if (await tx.user.findUnique({ where: { email } })) throw new AppError("email-taken");
    return tx.user.create({
      data: { id: randomUUID(), email, name: body.name, passwordHash, role: invitation.role },
    });
  });
  const user = await joined.catch((error: unknown) => {
    // Two different links for one address, used at the same instant.
    if ((error as { code?: string }).code === "P2002") {
      throw new AppError("email-taken", {}, { cause: error });
    }
    throw error;
  });
  await audit({
    actor: user.email,
    action: "person.join",
    target: user.id,
    details: { role: user.role },
  });
  return { email: user.email };
}
