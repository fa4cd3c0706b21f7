import { getServerSession } from "next-auth";
import { cache } from "react";
import type { Role } from "@/lib/contract/settings";
import { database } from "@/lib/store/client";
import { authOptions } from "./auth-options";

export type Person = { userId: string; email: string; name: string; role: Role };

/** The person behind the session cookie, or null; a disabled account is nobody at once. */
export const currentPerson = cache(async (): Promise<Person | null> => {
  const session = (await getServerSession(authOptions())) as { userId?: string } | null;
  if (!session?.userId) return null;
  const user = await database().prisma.user.findUnique({ where: { id: session.userId } });
  if (!user || user.disabledAt) return null;
  return { userId: user.id, email: user.email, name: user.name, role: user.role };
});
