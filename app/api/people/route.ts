import { route } from "@/lib/http/route";
import { listPeople } from "@/lib/session/people";

export const GET = route({ access: "admin" }, async () => ({ people: await listPeople() }));
