import type { AuditList, AuditQuery } from "@/lib/contract/settings";
import { database } from "./client";

/**
 * Writes one line of the audit trail: who did what to which id. Never patient data, never secrets.
 * @param entry.actor an e-mail address, "key:<prefix>" or "system"
 * @param entry.action noun.verb, "job.start"
 */
export async function audit(entry: {
  actor: string;
  action: string;
  target?: string;
  details?: Record<string, string | number | boolean | null | string[]>;
  ip?: string | null;
}): Promise<void> {
  await database().prisma.auditEvent.create({
    data: {
      actor: entry.actor,
      action: entry.action,
      target: entry.target,
      details: entry.details ?? {},
      ip: entry.ip,
    },
  });
}

/** The audit trail, newest first; `page` counts from 1. */
export async function auditTrail(query: AuditQuery): Promise<AuditList> {
  const { prisma } = database();
  const where = {
    ...(query.action ? { action: query.action } : {}),
    ...(query.q
      ? {
          OR: [
            { actor: { contains: query.q, mode: "insensitive" as const } },
            { action: { contains: query.q, mode: "insensitive" as const } },
            { target: { contains: query.q, mode: "insensitive" as const } },
          ],
        }
      : {}),
  };
  const [total, events] = await Promise.all([
    prisma.auditEvent.count({ where }),
    prisma.auditEvent.findMany({
      where,
      orderBy: [{ at: "desc" }, { id: "desc" }],
      skip: (query.page - 1) * query.page_size,
      take: query.page_size,
    }),
  ]);
  return {
    total,
    page: query.page,
    page_size: query.page_size,
    events: events.map((event) => ({
      id: Number(event.id),
      at: event.at.toISOString(),
      actor: event.actor,
      action: event.action,
      target: event.target,
      details: event.details as Record<string, unknown>,
      ip: event.ip,
    })),
  };
}
