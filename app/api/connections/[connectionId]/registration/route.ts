import { z } from "zod";
import { Registration } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { registrationOf } from "@/lib/pipeline/registration-of";

const params = z.object({ connectionId: z.uuid() });

export const GET = route(
  { access: "read", params, answer: Registration },
  ({ params: { connectionId } }) => registrationOf(connectionId),
);
