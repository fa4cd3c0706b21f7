import type { ConnectionView } from "@/lib/contract/connection";

type Named = Pick<ConnectionView, "connection_id" | "name" | "client_id">;

/**
 * What connections are called in a list to choose from, by their id: the name; where several bear the
 * same, as those made from a server's host do, the client id beside it, and where that is the same
 * too, the end of the connection's id. No two are alike.
 */
export function connectionLabels(connections: Named[]): Map<string, string> {
  const seen = new Map<string, number>();
  const withClient = (one: Named) => `${one.name}\n${one.client_id ?? ""}`;
  for (const one of connections)
    for (const key of [one.name, withClient(one)]) seen.set(key, (seen.get(key) ?? 0) + 1);
  return new Map(
    connections.map((one) => {
      const { connection_id, name, client_id } = one;
      if (seen.get(name) === 1) return [connection_id, name];
      const told = client_id && seen.get(withClient(one)) === 1;
      return [connection_id, `${name} · ${told ? client_id : `…${connection_id.slice(-8)}`}`];
    }),
  );
}
