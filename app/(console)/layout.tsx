import type { ReactNode } from "react";
import { Frame } from "@/components/frame/frame";
import { requirePerson } from "@/lib/session/require-person";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const { name, email, role } = await requirePerson();
  return <Frame person={{ name, email, role }}>{children}</Frame>;
}
