import { redirect } from "next/navigation";
import { currentPerson, type Person } from "./current-person";

/** For pages: the signed-in person; anyone else is sent to the sign-in page. */
export async function requirePerson(): Promise<Person> {
  return (await currentPerson()) ?? redirect("/sign-in");
}
