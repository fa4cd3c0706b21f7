import type { Role } from "@/lib/contract/settings";

/** Who asks: a signed-in person or a script with an API key. */
export type Actor = {
  kind: "person" | "key";
  /** e-mail address, or "key:<prefix>": what audit trail and jobs keep */
  label: string;
  userId?: string;
  role: Role;
};

/** What a handler demands. read: anyone known; write: may start, change and remove; admin: people and keys. */
export type Access = "public" | "read" | "write" | "admin";

const order: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };
const needed: Record<Exclude<Access, "public">, number> = { read: 0, write: 1, admin: 2 };

/** May this actor do it? */
export function may(actor: Pick<Actor, "role">, access: Exclude<Access, "public">): boolean {
  return order[actor.role] >= needed[access];
}
