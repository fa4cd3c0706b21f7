import { PersonList } from "@/lib/contract/settings";
import { route } from "@/lib/http/route";
import { listPeople } from "@/lib/session/people";

export const GET = route({ access: "admin", answer: PersonList }, async () => ({
  people: await listPeople(),
}));
