import { AppError } from "@/lib/errors";
import { audit } from "@/lib/store/audit";
import { database } from "@/lib/store/client";
import { verifyPassword } from "./password";

const windowMinutes = 15;
const attemptsPerAddress = 10;

type Credentials = { email: string; password: string; ip?: string | null };
type SignedIn = { userId: string; email: string; name: string };

/** The last attempt under way for each address. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Checks e-mail and password. After ten failures for one address within 15 minutes further attempts
 * are refused, right or wrong, until the window has passed. Attempts for one address are made one
 * after the other: a thousand sent at once must not all be checked before the first is counted.
 * @throws AppError sign-in-refused | too-many-attempts
 */
export async function signIn(credentials: Credentials): Promise<SignedIn> {
  const email = credentials.email.trim().toLowerCase().slice(0, 320);
  const before = underWay.get(email);
  const attempt = (async () => {
    // How the attempt before ended is told to the one who made it.
    await before?.catch(() => {});
    return check(email, credentials);
  })();
  underWay.set(email, attempt);
  try {
    return await attempt;
  } finally {
    if (underWay.get(email) === attempt) underWay.delete(email);
  }
}

async function check(email: string, credentials: Credentials): Promise<SignedIn> {
  const { prisma } = database();
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
