import { AppError } from "@/lib/errors";
import { audit } from "@/lib/store/audit";
import { database } from "@/lib/store/client";
import { verifyPassword } from "./password";

const windowMinutes = 15;
const failuresPerEmail = 10;
/** Of everybody behind one network address: an office of people who mistype does not get there. */
const failuresPerIp = 100;

type Credentials = { email: string; password: string; ip?: string | null };
type SignedIn = { userId: string; email: string; name: string };

/** The last attempt under way for each e-mail and network address. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Checks e-mail and password. After ten failures for one e-mail address within 15 minutes, or a hundred
 * from one network address whatever the e-mail, further attempts are refused, right or wrong, until the
 * window has passed. Attempts that share either are made one after the other: a thousand sent at once must
 * not all be checked before the first is counted.
 * @param credentials.ip as the nearest proxy tells it; without a proxy a caller may claim any, so that this
 *   limit is beside the other and not in its place
 * @throws AppError sign-in-refused | too-many-attempts
 */
export function signIn(credentials: Credentials): Promise<SignedIn> {
  return oneByOne(credentials, async (email) => {
    const person = await check(email, credentials);
    const lastSignInAt = new Date();
    await database().prisma.user.update({ where: { id: person.userId }, data: { lastSignInAt } });
    await audit({ actor: person.email, action: "sign-in.succeeded", ip: credentials.ip });
    return person;
  });
}

/**
 * Checks the password of somebody who is signed in, before something that a session alone must not do.
 * Failures count with those of the sign-in.
 * @throws AppError sign-in-refused | too-many-attempts
 */
export const confirmPassword = (credentials: Credentials): Promise<SignedIn> =>
  oneByOne(credentials, (email) => check(email, credentials));

async function oneByOne(
  credentials: Credentials,
  work: (email: string) => Promise<SignedIn>,
): Promise<SignedIn> {
  const email = credentials.email.replaceAll("\u0000", "").trim().toLowerCase().slice(0, 320);
  const shared = [`email ${email}`, ...(credentials.ip ? [`ip ${credentials.ip}`] : [])];
  const before = shared.map((key) => underWay.get(key));
  const attempt = (async () => {
    // How the attempts before ended is told to those who made them.
    await Promise.allSettled(before);
    return work(email);
  })();
  for (const key of shared) underWay.set(key, attempt);
  try {
    return await attempt;
  } finally {
    for (const key of shared) if (underWay.get(key) === attempt) underWay.delete(key);
  }
}

async function check(email: string, credentials: Credentials): Promise<SignedIn> {
  const { prisma } = database();
  const { ip } = credentials;
  const failures = (of: { target: string } | { ip: string }) =>
    prisma.auditEvent.count({
      where: {
        ...of,
        action: "sign-in.failed",
        at: { gt: new Date(Date.now() - windowMinutes * 60_000) },
      },
    });
  const tooMany =
    (await failures({ target: email })) >= failuresPerEmail ||
    (ip && (await failures({ ip })) >= failuresPerIp);
  if (tooMany) throw new AppError("too-many-attempts", { minutes: windowMinutes });
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
      ip,
    });
    throw new AppError("sign-in-refused");
  }
  return { userId: user.id, email: user.email, name: user.name };
}
