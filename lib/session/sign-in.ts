import { AppError } from "@/lib/errors";
import { audit } from "@/lib/store/audit";
import { database } from "@/lib/store/client";
import { verifyPassword } from "./password";

const windowMinutes = 15;
const attemptsPerAddress = 10;

/**
 * Checks e-mail and password. After ten failures for one address within 15 minutes further attempts
 * are refused, right or wrong, until the window has passed.
 * @throws AppError sign-in-refused | too-many-attempts
 */
export async function signIn(credentials: {
  email: string;
  password: string;
  ip?: string | null;
}): Promise<{ userId: string; email: string; name: string }> {
  const { prisma } = database();
  const email = credentials.email.trim().toLowerCase().slice(0, 320);
  const failures = await prisma.auditEvent.count({
    where: {
      action: "sign-in.failed",
      target: email,
      at: { gt: new Date(Date.now() - windowMinutes * 60_000) },
    },
  });
  if (failures >= attemptsPerAddress) {
    throw new AppError("too-many-attempts", { minutes: windowMinutes });
  }
  const user = await prisma.user.findUnique({
    where: { email },
    select: { id: true, email: true, name: true, disabledAt: true, passwordHash: true },
  });
  const right = await verifyPassword(user?.passwordHash ?? null, credentials.password);
  if (!user || !right || user.disabledAt) {
    await audit({
      actor: "system",
      action: "sign-in.failed",
      target: email,
      ip: credentials.ip,
    });
    throw new AppError("sign-in-refused");
  }
  await prisma.user.update({ where: { id: user.id }, data: { lastSignInAt: new Date() } });
  await audit({ actor: user.email, action: "sign-in.succeeded", ip: credentials.ip });
  return { userId: user.id, email: user.email, name: user.name };
}
