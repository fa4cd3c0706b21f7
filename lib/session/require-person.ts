import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { currentPerson, type Person } from "./current-person";

/** For pages: the signed-in person; anyone else is sent to the sign-in page, and from there back. */
export async function requirePerson(): Promise<Person> {
  const person = await currentPerson();
  if (person) return person;
  // The path comes from proxy.ts; the sign-in page checks it once more.
  const path = (await headers()).get("x-path") ?? "/";
  redirect(path === "/" ? "/sign-in" : `/sign-in?back=${encodeURIComponent(path)}`);
}
