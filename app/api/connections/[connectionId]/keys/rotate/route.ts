import { ConnectionParams, ConnectionView } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { rotateConnectionKey } from "@/lib/pipeline/connection-commands";
import { audit } from "@/lib/store/audit";

/** The next key signs from now on, another one is published as the next. */
export const POST = route(
  { access: "write", params: ConnectionParams, answer: ConnectionView },
  async ({ actor, params: { connectionId } }) => {
    const connection = await rotateConnectionKey(connectionId);
    await audit({
      actor: actor.label,
      action: "connection.rotate-key",
      target: connectionId,
      details: { key_id: connection.key?.key_id ?? null },
    });
    return connection;
  },
);
