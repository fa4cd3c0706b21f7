import { z } from "zod";
import { ChangeConnectionBody, ConnectionParams, ConnectionView } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { changeConnection } from "@/lib/pipeline/connection-commands";
import { audit } from "@/lib/store/audit";
import { getConnection, removeConnection } from "@/lib/store/connections";

export const GET = route(
  { access: "read", params: ConnectionParams, answer: ConnectionView },
  ({ params: { connectionId } }) => getConnection(connectionId),
);

export const PATCH = route(
  { access: "write", params: ConnectionParams, body: ChangeConnectionBody, answer: ConnectionView },
  async ({ actor, body, params: { connectionId } }) => {
    const connection = await changeConnection(connectionId, body);
    await audit({
      actor: actor.label,
      action: "connection.change",
      target: connectionId,
      details: { fields: Object.keys(body) },
    });
    return connection;
  },
);

export const DELETE = route(
  { access: "write", params: ConnectionParams, answer: z.object({ removed: z.literal(true) }) },
  async ({ actor, params: { connectionId } }) => {
    const { name } = await getConnection(connectionId);
    await removeConnection(connectionId);
    await audit({
      actor: actor.label,
      action: "connection.remove",
      target: connectionId,
      details: { name },
    });
    return { removed: true as const };
  },
);
