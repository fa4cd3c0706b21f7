import { ChangePersonBody, PersonParams, PersonView } from "@/lib/contract/settings";
import { route } from "@/lib/http/route";
import { changePerson } from "@/lib/session/people";

export const PATCH = route(
  { access: "admin", params: PersonParams, body: ChangePersonBody, answer: PersonView },
  ({ params, body, actor }) => changePerson(params.userId, body, actor.label),
);
