import { cookies } from "next/headers";
import { getToken, type JWT } from "next-auth/jwt";
import { cache } from "react";
import type { Role } from "@/lib/contract/settings";
import { secrets } from "@/lib/settings/secrets";
import { database } from "@/lib/store/client";
import { passwordStamp } from "./password-stamp";

export type Person = { userId: string; email: string; name: string; role: Role };

/** As next-auth names the session's cookie, over HTTPS and else; it may come in parts (".0", ".1"). */
const cookieNames = ["__Secure-next-auth.session-token", "next-auth.session-token"];

/** Cookies that were opened, by all of their text; the one that was opened longest ago goes first. */
const opened = new Map<string, JWT>();
const mostOpened = 1_000;

const isOver = ({ exp }: JWT) => typeof exp !== "number" || exp * 1_000 <= Date.now();

/**
 * What next-auth sealed into the cookie at sign-in: its getServerSession seals it anew each time. The same
 * text opens to the same, so that is done once: making the key for it waits for a thread each time. What
 * may have changed since (the account, its password) is asked anew by who calls this.
 */
async function sessionToken(): Promise<JWT | null> {
  const sent = (await cookies()).getAll();
  const text = JSON.stringify(
    sent.filter(({ name }) => cookieNames.some((own) => name.startsWith(own))),
  );
  const known = opened.get(text);
  if (known && !isOver(known)) return known;
  opened.delete(text);
  const own = Object.fromEntries(sent.map(({ name, value }) => [name, value]));
  const req = { cookies: own, headers: {} } as Parameters<typeof getToken>[0]["req"];
  // Cookies know no port: one of the two may be another application's on this host.
  for (const cookieName of cookieNames) {
    const token = await getToken({ req, cookieName, secret: secrets().sessionSecret });
    if (!token) continue;
    const [oldest] = opened.keys();
    if (opened.size >= mostOpened && oldest !== undefined) opened.delete(oldest);
    if (!isOver(token)) opened.set(text, token);
    return token;
  }
  return null;
}

type UserRow = {
  id: string;
  email: string;
  name: string;
  role: Role;
  password_hash: string;
  disabled: boolean;
};

/**
 * The person behind the session cookie, or null; a disabled account is nobody at once, and so is who
 * signed in with a password that has been replaced since.
 */
export const currentPerson = cache(async (): Promise<Person | null> => {
  const session = await sessionToken();
  if (!session?.userId) return null;
  // Asked at every page and by every poll: prepared once a connection, and past Prisma.
  const { rows } = await database().pool.query<UserRow>({
    name: "current-person",
    text: `SELECT id, email, name, role, password_hash, disabled_at IS NOT NULL AS disabled
             FROM users WHERE id = $1`,
    values: [session.userId],
  });
  const [user] = rows;
  if (!user || user.disabled || session.stamp !== passwordStamp(user.password_hash)) return null;
  return { userId: user.id, email: user.email, name: user.name, role: user.role };
});
