import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { send } from "./send";

// A self-signed certificate of localhost for this test alone, and its key; valid to 2126.
const cert = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUQg8BhHvYzcYaEOHW0Fa2ytr54YcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE0MzkyNFoYDzIxMjYxMDMw
MTQzOTI0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATtckOr74hHYAk6Ig5xEqHrgi/Zis8X1ySeOvFSn/HQduGbvoZ5EzYu
+ZtEXjDpfhzd9uKqagEVWYrb8A1TZQCho1MwUTAdBgNVHQ4EFgQUDwTsHlbuQ6w4
8djCqknYYcfLlDUwHwYDVR0jBBgwFoAUDwTsHlbuQ6w48djCqknYYcfLlDUwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiArlNGLwxUYZQTD/yubmicu
0IhU81c619SxI7swjRS1TQIhAIr1ggjq3leQJGD2YoLoU3xhpZxzaiD4PZp2X6hL
ZIrn
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgF16lfKMy2GLEi+z2
zhyxMjeCjpcNsiI+6BHLanmHP+ShRANCAATtckOr74hHYAk6Ig5xEqHrgi/Zis8X
1ySeOvFSn/HQduGbvoZ5EzYu+ZtEXjDpfhzd9uKqagEVWYrb8A1TZQCh
-----END PRIVATE KEY-----`;

test("a certificate that nobody vouches for is refused, with what to do about it", async () => {
  const server = createServer({ cert, key }, (_request, response) => response.end("{}"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await expect(send({ url: `https://localhost:${port}/fhir/metadata` })).rejects.toMatchObject({
      code: "certificate-refused",
      retryable: false,
      message: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  } finally {
    server.close();
  }
});

test.each([
  ["TLSv1.1", "connection-cut"],
  // Spoken to: what ends it is its certificate.
  ["TLSv1.2", "certificate-refused"],
] as const)("a server that knows nothing newer than %s: %s", async (maxVersion, code) => {
  const server = createServer(
    { cert, key, minVersion: "TLSv1", maxVersion, ciphers: "DEFAULT:@SECLEVEL=0" },
    (_request, response) => response.end("{}"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const asked = send({ url: `https://localhost:${port}/fhir/metadata` });
    await expect(asked).rejects.toMatchObject({ code });
  } finally {
    server.close();
  }
});
