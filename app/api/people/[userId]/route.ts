import { z } from "zod";
import { ChangePersonBody, PersonView } from "@/lib/contract/settings";
import { route } from "@/lib/http/route";
import { changePerson } from "@/lib/session/people";

const Params = z.object({ userId: z.uuid() });

export const PATCH = route(
  { access: "admin", params: Params, body: ChangePersonBody, answer: PersonView },
  ({ params, body, actor }) => changePerson(params.userId, body, actor.label),
);
