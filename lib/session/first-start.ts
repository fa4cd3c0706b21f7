import { randomUUID } from "node:crypto";
import { audit } from "@/lib/store/audit";
import { database } from "@/lib/store/client";
import { registerApiKey } from "./api-keys";
import { invite } from "./invitations";
import { hashPassword } from "./password";

/**
 * What a start has to see to: ETL_API_KEY is registered; while there is no administrator,
 * ADMIN_EMAIL and ADMIN_PASSWORD make one, else a one-time link is made anew (the old one ends).
 * @returns the token of the link that makes the first administrator, where one is needed
 */
export async function firstStart(settings: {
  ADMIN_EMAIL?: string;
  ADMIN_PASSWORD?: string;
  ETL_API_KEY?: string;
}): Promise<{ token: string | null }> {
  const { prisma } = database();
  if (settings.ETL_API_KEY) await registerApiKey(settings.ETL_API_KEY, "ETL_API_KEY");
  // A link printed by an earlier start ends here, whether or not it is needed any more.
  await prisma.invitation.deleteMany({
    where: { role: "admin", createdBy: "system", usedAt: null },
  });
  if ((await prisma.user.count({ where: { role: "admin", disabledAt: null } })) > 0) {
    return { token: null };
  }
  if (settings.ADMIN_EMAIL && settings.ADMIN_PASSWORD) {
    if (settings.ADMIN_PASSWORD.length < 12) {
      throw new Error("ADMIN_PASSWORD needs at least 12 characters.");
    }
    const email = settings.ADMIN_EMAIL.trim().toLowerCase();
    const admin = await prisma.user.upsert({
      where: { email },
      create: {
        id: randomUUID(),
        email,
        name: email.split("@")[0] ?? email,
        role: "admin",
        passwordHash: await hashPassword(settings.ADMIN_PASSWORD),
      },
      update: { role: "admin", disabledAt: null },
    });
    await audit({
      actor: "system",
      action: "person.join",
      target: admin.id,
      details: { role: "admin" },
    });
    return { token: null };
  }
  const { token } = await invite({ role: "admin", createdBy: "system", hours: 24 * 7 });
  return { token };
}
