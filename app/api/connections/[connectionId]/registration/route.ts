import { ConnectionParams, Registration } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { registrationOf } from "@/lib/pipeline/registration-of";

export const GET = route(
  { access: "read", params: ConnectionParams, answer: Registration },
  ({ params: { connectionId } }) => registrationOf(connectionId),
);
