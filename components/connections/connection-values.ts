import type { ChangeConnectionBody, ConnectionView } from "@/lib/contract/connection";

/** The four ways in that a person chooses from; "made" is "smart" with a key that Bulkhouse makes. */
export type SignIn = "smart" | "made" | "bearer" | "none";

/** The form of a connection: all of it text. */
export type ConnectionValues = {
  name: string;
  fhir_base_url: string;
  auth: SignIn;
  token_url: string;
  client_id: string;
  scope: string;
  private_key: string;
  algorithm: "RS384" | "ES384";
  jwks_url: string;
  bearer_token: string;
  dialect: string;
  allowed_hosts: string;
};

export const noValues: ConnectionValues = {
  name: "",
  fhir_base_url: "",
  auth: "smart",
  token_url: "",
  client_id: "",
  scope: "",
  private_key: "",
  algorithm: "ES384",
  jwks_url: "",
  bearer_token: "",
  dialect: "",
  allowed_hosts: "",
};

export const valuesOf = (connection: ConnectionView): ConnectionValues => ({
  ...noValues,
  name: connection.name,
  fhir_base_url: connection.fhir_base_url,
  auth: signInOf(connection),
  token_url: connection.token_url ?? "",
  client_id: connection.client_id ?? "",
  scope: connection.scope ?? "",
  algorithm: connection.key?.algorithm ?? "ES384",
  jwks_url: connection.jwks_url ?? "",
  // What was found out is not a choice.
  dialect: connection.dialect_source === "person" ? (connection.dialect ?? "") : "",
  allowed_hosts: connection.allowed_hosts.join("\n"),
});

export const signInOf = (connection: Pick<ConnectionView, "auth" | "published_keys">): SignIn =>
  connection.auth === "smart" && connection.published_keys.length > 0 ? "made" : connection.auth;

const hostsOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/**
 * What the API is told.
 * @param before the values that the connection has; only what differs is told then
 */
export function bodyOf(values: ConnectionValues, before?: ConnectionValues): ChangeConnectionBody {
  const changed = (name: keyof ConnectionValues) =>
    before ? values[name].trim() !== before[name] : values[name].trim() !== "";
  const text = (
    name: "name" | "fhir_base_url" | "token_url" | "client_id" | "scope" | "jwks_url",
  ) => (changed(name) ? { [name]: values[name].trim() } : {});
  const { auth } = values;
  const newSignIn = !before || auth !== before.auth;
  const machine = auth === "smart" || auth === "made";
  return {
    ...text("name"),
    ...text("fhir_base_url"),
    ...(newSignIn ? { auth: auth === "made" ? ("smart" as const) : auth } : {}),
    ...(machine
      ? {
          ...text("token_url"),
          ...text("client_id"),
          ...text("scope"),
          ...(auth === "made" || before?.jwks_url ? text("jwks_url") : {}),
        }
      : {}),
    ...(auth === "smart" && values.private_key.trim()
      ? { private_key: values.private_key.trim() }
      : {}),
    ...(auth === "made" && (newSignIn || changed("algorithm"))
      ? { make_key: values.algorithm }
      : {}),
    ...(auth === "bearer" && values.bearer_token.trim()
      ? { bearer_token: values.bearer_token.trim() }
      : {}),
    ...(changed("dialect")
      ? { dialect: values.dialect as NonNullable<ChangeConnectionBody["dialect"]> }
      : {}),
    ...(changed("allowed_hosts") ? { allowed_hosts: hostsOf(values.allowed_hosts) } : {}),
  };
}
