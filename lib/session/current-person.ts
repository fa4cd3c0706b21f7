import { getServerSession } from "next-auth";
import { cache } from "react";
import type { Role } from "@/lib/contract/settings";
import { database } from "@/lib/store/client";
import { authOptions } from "./auth-options";
import { passwordStamp } from "./password-stamp";

export type Person = { userId: string; email: string; name: string; role: Role };

/**
 * The person behind the session cookie, or null; a disabled account is nobody at once, and so is who
 * signed in with a password that has been replaced since.
 */
export const currentPerson = cache(async (): Promise<Person | null> => {
  const session = (await getServerSession(authOptions())) as {
    userId?: string;
    stamp?: string;
  } | null;
  if (!session?.userId) return null;
  const user = await database().prisma.user.findUnique({
    where: { id: session.userId },
    omit: { passwordHash: false },
  });
  if (!user || user.disabledAt || session.stamp !== passwordStamp(user.passwordHash)) return null;
  return { userId: user.id, email: user.email, name: user.name, role: user.role };
});
