import { AppError } from "@/lib/errors";

const unreachable: Record<string, string> = {
  ENOTFOUND: "name_unknown",
  EAI_AGAIN: "name_server",
  EAI_FAIL: "name_server",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "no_route",
  ENETUNREACH: "no_route",
  EHOSTDOWN: "no_route",
  EADDRNOTAVAIL: "no_route",
  ETIMEDOUT: "no_answer",
  UND_ERR_CONNECT_TIMEOUT: "no_answer",
  ERR_SSL_WRONG_VERSION_NUMBER: "not_tls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "not_tls",
  EPROTO: "not_tls",
};

const certificate: Record<string, string> = {
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "not_yet_valid",
  CERT_REVOKED: "revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self_signed",
  SELF_SIGNED_CERT_IN_CHAIN: "unknown_authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown_authority",
  UNABLE_TO_GET_ISSUER_CERT: "unknown_authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown_authority",
  CERT_UNTRUSTED: "unknown_authority",
  CERT_SIGNATURE_FAILURE: "unknown_authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "other_host",
  HOSTNAME_MISMATCH: "other_host",
};

const cut: Record<string, string> = {
  UND_ERR_SOCKET: "closed",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "closed",
  UND_ERR_DESTROYED: "closed",
  UND_ERR_CLOSED: "closed",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  ENETRESET: "reset",
};

/** The codes along the chain of causes, outermost first. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let at = error;
  for (let depth = 0; depth < 8 && at instanceof Error; depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") codes.push(code);
    at = at instanceof AggregateError && !at.cause ? at.errors[0] : at.cause;
  }
  return codes;
}

/**
 * What a failed fetch, or a body that broke off, means for a person.
 * @param readTimeoutMs the limit that was in force, for the words of a timeout
 * @returns AppError host-unreachable, certificate-refused, timeout-exceeded, connection-cut
 */
export function networkError(error: unknown, url: string, readTimeoutMs: number): AppError {
  if (error instanceof AppError) return error;
  const { host } = new URL(url);
  const options = { cause: error };
  for (const code of codesOf(error)) {
    if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
      const seconds = Math.round(readTimeoutMs / 1000);
      return new AppError("timeout-exceeded", { what: host, seconds }, options);
    }
    const reason = certificate[code];
    if (reason) return new AppError("certificate-refused", { host, reason }, options);
    if (unreachable[code]) {
      return new AppError("host-unreachable", { host, reason: unreachable[code] }, options);
    }
    if (/^(CERT_|ERR_TLS_|UNABLE_TO_)/.test(code)) {
      return new AppError("certificate-refused", { host, reason: code }, options);
    }
    if (/^(Z_|ERR_ZLIB|ERR__ERROR_)/.test(code)) {
      return new AppError("connection-cut", { host, reason: "damaged" }, options);
    }
    if (cut[code]) return new AppError("connection-cut", { host, reason: cut[code] }, options);
  }
  const reason = codesOf(error)[0] ?? "closed";
  return new AppError("connection-cut", { host, reason }, options);
}
